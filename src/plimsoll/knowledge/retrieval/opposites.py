"""Words that say the opposite of each other, and whether a text says the opposite of what a question asks. Pure.

Answerability uses it: where a question says `least` and the passage only `most`, they speak of different things.
English; written for this project, not taken from a dictionary. It knows words, not their sense in a sentence.
"""

import functools
from collections.abc import Iterable

from plimsoll.text import stem, words

_PAIRS = """
able: unable; above: below; absorb: emit release reflect; abstract: concrete; abundant: scarce; accelerate: slow;
accept: reject refuse decline deny; activate: deactivate inhibit suppress; active: passive inactive; actual:
theoretical; add: subtract remove; adequate: inadequate; adult: child; advance: retreat; advantage: disadvantage;
advocate: opponent; aerobic: anaerobic; agree: disagree refuse dispute; ahead: behind; alive: dead; all: none; allied:
hostile; allow: forbid prohibit prevent deny block restrict; ally: enemy opponent; alone: together; always: never;
amateur: professional; ancestor: descendant; ancient: modern; appear: disappear vanish; appoint: dismiss; approve:
reject veto; arrest: release; arrival: departure; arrive: leave depart; ascend: descend; assemble: dismantle; asset:
liability; asymmetric: symmetric; attach: detach; attack: defend; attract: repel; author: reader; authorize: prohibit;
average: exceptional; aware: unaware; bachelor: master; before: after; begin: end stop cease; beginner: expert;
beginning: end; believe: doubt; benefit: harm; benign: malignant; best: worst least; better: worse; big: small;
biggest: smallest least; birth: death; boil: freeze; born: died dead; borrow: lend; borrower: lender; bounded:
unbounded; boy: girl; brave: cowardly; bright: dark dim; brother: sister; build: destroy; buy: sell; buyer: seller;
calm: violent; cancerous: benign; catholic: protestant; cause: prevent; center: edge; central: peripheral; certain:
uncertain; cheap: expensive; christian: muslim; chronic: acute; civil: military; civilian: military soldier; clean:
dirty; clear: unclear vague; clockwise: counterclockwise; close: distant; coast: inland; combine: separate; come: go;
common: rare uncommon; complete: incomplete; conceal: reveal expose; conform: rebel; connect: separate disconnect;
conscious: unconscious; conservative: progressive; constant: variable; construct: demolish destroy; contain: lack;
continue: stop; convict: acquit; core: periphery; correct: incorrect; cover: uncover expose; create: destroy; dawn:
dusk; day: night; debit: credit; debtor: creditor; decline: growth; deep: shallow; deepen: weaken; defend: prosecute;
democracy: dictatorship; democrat: republican; deny: confirm admit; deterministic: nondeterministic; direct: indirect;
discover: lose; discrete: continuous; doctor: patient; domestic: foreign wild; eager: reluctant; earlier: later;
earliest: latest last; early: late; earn: spend; east: west; eastern: western; easy: hard difficult; effective:
ineffective; elect: appoint; embrace: reject avoid; emerge: disappear; employer: employee; enable: disable; encourage:
discourage deter; endorse: oppose; endothermic: ectothermic; enhance: reduce diminish; enter: leave exit; entrance:
exit; equal: unequal inequality; equality: inequality; escape: capture; establish: abolish; evaporate: condense; even:
odd; excess: shortage; exist: vanish; expand: contract shrink; explicit: implicit; extend: shorten reduce; extreme:
moderate; facilitate: hinder impede; fact: fiction; fail: pass achieve; fair: unfair; familiar: unfamiliar; famous:
obscure unknown; fast: slow; fat: thin; favor: oppose reject; find: lose; finite: infinite; first: last; fixed:
variable; flourish: decline; formal: informal; former: latter current; forward: backward; found: dissolve; free:
captive; freedom: slavery; freeze: melt; frequent: rare; fresh: stale; friend: enemy; friendly: hostile unfriendly;
front: back rear; full: empty; gain: lose; generous: greedy selfish; genuine: fake; give: take receive; gold: silver;
good: bad evil; grant: deny refuse revoke; great: little; greater: lesser; greatest: least smallest; grow: shrink;
guest: host; guilty: innocent; happy: unhappy; hard: soft; have: lack; healthy: sick ill; heat: cool; heavy: mild;
help: hinder harm; hide: reveal; high: low short; higher: lower; highest: lowest least; hire: fire; holy: evil;
honest: dishonest; honor: dishonor; horizontal: vertical; hot: cold; husband: wife; ignore: notice consider;
immigrant: emigrant; immigrate: emigrate; import: export produce; important: unimportant trivial; imprison: release;
improve: worsen; include: exclude; income: expense; increase: decrease reduce decline lower diminish; independent:
dependent; individual: collective group; indoor: outdoor; industrial: agricultural; inflate: deflate; inhale: exhale;
initial: final; initially: finally eventually; innate: adaptive acquired; inner: outer; input: output; insert: delete;
inside: outside; interior: exterior; internal: external international; invade: withdraw; join: leave quit; junior:
elder; just: unjust; keep: lose; kind: cruel; king: queen; known: unknown; lack: possess; land: sea; landlord: tenant;
large: small; larger: smaller; largest: smallest least; lead: follow; leader: follower; left: right; legal: illegal;
legalize: ban; lengthen: shorten; liberal: conservative; liberty: tyranny; light: dark heavy; like: dislike; limited:
unlimited; linear: nonlinear; liquid: gas; literal: figurative; live: die; lock: unlock; long: short; longer: shorter;
longest: shortest; loud: quiet; love: hate fear; loyal: disloyal; main: minor secondary; major: minor; majority:
minority; male: female; man: woman; many: few; master: slave; maximize: minimize; maximum: minimum; men: women; merge:
split; minimum: most; minor: adult; monarchy: republic; more: less fewer; morning: evening; mortal: immortal; most:
least fewest smallest lowest; mountain: valley; multiply: divide; national: international; natural: artificial
synthetic; near: far; necessary: unnecessary; noble: common; noisy: quiet; normal: abnormal; north: south east west;
northeast: southwest; northern: southern eastern western; northwest: southeast; novice: expert; obey: disobey;
objective: subjective; offense: defense; offensive: defensive; official: unofficial; often: seldom rarely; old: new
young recent; older: younger recent; oldest: newest youngest latest; opaque: transparent; open: close shut; opening:
closing; optional: mandatory; order: chaos disorder; ordinary: extraordinary; organic: inorganic synthetic; origin:
destination; original: copy; originally: eventually; owner: tenant; parent: child; part: whole; partial: total
complete; partner: rival; past: future; pathogenic: beneficial; pay: receive; peaceful: violent; permanent: brief;
permit: ban; plaintiff: defendant; plentiful: scarce; popular: unpopular obscure; positive: negative; possible:
impossible; praise: criticize condemn; preceding: following; predator: prey; predecessor: successor; present: absent;
previous: next following; primary: secondary; prime: composite; prior: subsequent; pro: con; produce: consume destroy;
profit: loss; prokaryotic: eukaryotic; promote: demote hinder prevent oppose; proponent: opponent; prosper: decline;
protect: harm; proud: ashamed; public: private; pure: impure; push: pull; qualitative: quantitative; radical:
moderate; raise: lower; rational: irrational; real: fake imaginary; rebel: loyal; regular: irregular; release:
capture; relevant: irrelevant; religious: secular; remain: leave depart; remember: forget; respect: disrespect; rich:
poor; right: wrong; ripe: raw; rise: fall; rookie: veteran; rough: smooth; rural: urban; sacred: profane; safe:
dangerous; same: different; save: waste spend; second: first; secret: public open; seek: avoid; send: receive; sender:
receiver; senior: junior; separate: joint; severe: mild; sharp: dull; significant: insignificant; similar: different;
simple: complex; single: multiple double married; solid: liquid; source: destination; south: east west; southern:
western eastern; speaker: listener; specific: general; spring: autumn fall; stability: instability; stable: unstable;
start: end finish conclusion; started: ended; static: dynamic; stay: leave; stimulate: inhibit; strength: weakness;
strengthen: weaken; strict: lenient; strong: weak; stronger: weaker; strongest: weakest; student: teacher; succeed:
fail; success: failure; sufficient: insufficient; summer: winter; sunrise: sunset; supply: demand; support: oppose
resist; supporter: opponent; surface: depth; surplus: shortage deficit; survive: die perish; sweet: bitter sour; tall:
short; tame: wild; teach: learn; teacher: pupil; temporary: permanent; theory: practice; thick: thin; third: first
second; thrive: decline; tight: loose; today: yesterday; tomorrow: yesterday; top: bottom; true: false; trust:
distrust; typical: atypical; undergraduate: graduate; unite: divide; unity: division; upper: lower; urban:
agricultural; usual: unusual; vertebrate: invertebrate; victory: defeat; visible: invisible; voluntary: mandatory
compulsory; war: peace; warm: cool; wealth: poverty; wealthy: poor; wet: dry; white: black; wide: narrow; widen:
narrow; willing: unwilling reluctant; win: lose defeat; winner: loser runner; with: without; won: lost; younger: elder
"""
# The shortest stem that each prefix is taken off or put before: `press` is not the opposite of `impress`.
_PREFIXES = {"un": 3, "non": 3, "in": 6, "im": 6, "il": 5, "ir": 6, "dis": 6}


def stems_in(text: str) -> frozenset[str]:
    """Return the stems of all words of a text, stop words among them."""
    return frozenset(map(stem, words(text)))


def opposed_words(question: Iterable[str], passage: frozenset[str]) -> frozenset[str]:
    """Return the stems of the question whose opposite the passage holds while it lacks the word itself."""
    return frozenset(word for word in question if word not in passage and not passage.isdisjoint(_opposites_of(word)))


def _opposites_of(word: str) -> frozenset[str]:
    bare = ((word.removeprefix(prefix), least) for prefix, least in _PREFIXES.items() if word.startswith(prefix))
    without = {rest for rest, least in bare if len(rest) >= least}
    prefixed = {prefix + word for prefix, least in _PREFIXES.items() if len(word) >= least}
    return _table().get(word, frozenset[str]()) | without | prefixed


@functools.cache
def _table() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for group in _PAIRS.replace("\n", " ").split(";"):
        word, _, others = group.partition(":")
        for other in others.split():
            one, two = stem(word.strip()), stem(other)
            table.setdefault(one, set()).add(two)
            table.setdefault(two, set()).add(one)
    return {word: frozenset(others) for word, others in table.items()}
