"""A hold is never less than what this process owes out of it, whatever calls come, cost, end and fail."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.gateway.spend.escrow import Claim, Escrow
from plimsoll.records import Allowance
from plimsoll.testing import FakeClock

NANO = 1_000_000_000
STEPS = st.lists(st.tuples(st.sampled_from(["reserve", "settle", "fail", "wait"]), st.integers(1, 40)), max_size=80)


class Bank:
    """The account of one budget, as the database keeps it, and the escrow over it."""

    def __init__(self, budget: int) -> None:
        self.clock, self.budget, self.settled = FakeClock(), budget, 0
        self.escrow = Escrow(self.clock)
        self.held: dict[str, int] = {}
        self.allowance = Allowance(allowance_id="a", applies_to="everyone", budget_usd=budget / NANO, period="total")
        self.open: list[Claim] = []

    def reserve(self, amount: int, *, fails: bool = False) -> None:
        now, ends_at = self.clock.now(), self.clock.now() + timedelta(seconds=60)
        purses = self.escrow.purses_of([self.allowance], now)
        claim = self.escrow.take(purses, amount, now=now, ends_at=ends_at)
        if claim is None:
            asking = self.escrow.set_aside(purses, amount, now=now, ends_at=ends_at)
            want = asking.wants[0]
            left = self.budget - self.settled - sum(self.held.values())
            if left < want.needed:
                asking.refuse()
                return
            grant = max(want.needed, min(want.wish, left // 8))
            self.held[want.hold_id] = self.held.get(want.hold_id, 0) + grant
            if fails:
                asking.give_up()
                return
            claim = asking.accept({want.account: grant}, ends_at=ends_at)
        self.open.append(claim)

    def settle(self, share: int) -> None:
        if not self.open:
            return
        claim = self.open.pop(0)
        spent = claim.left * share // 40
        for block in claim.blocks:
            charge = block.charge(spent, covered=spent, rest=claim.left - spent)
            self.settled += charge.spent
            self.held[block.hold_id] -= charge.freed
            block.unwritten -= charge.freed

    def charged(self) -> int:
        return self.settled + sum(self.held.values())

    def owed(self) -> int:
        return self.settled + sum(claim.left for claim in self.open)

    def covers_its_blocks(self) -> bool:
        parts = [(b.free, b.reserved, b.unwritten, self.held.get(b.hold_id, 0)) for b in self.escrow.blocks]
        return all(
            min(free, reserved, unwritten) >= 0 and free + reserved + unwritten <= held
            for free, reserved, unwritten, held in parts
        )


@given(STEPS, st.integers(1, 3_000))
def test_what_is_settled_and_held_is_never_too_little_and_never_beyond_the_budget(
    steps: list[tuple[str, int]], budget: int
):
    bank = Bank(budget)
    for step, number in steps:
        if step == "settle":
            bank.settle(number)
        elif step == "wait":
            bank.clock.advance(number / 10)
        else:
            bank.reserve(number, fails=step == "fail")
        assert bank.covers_its_blocks()
        assert bank.owed() <= bank.charged() <= budget
