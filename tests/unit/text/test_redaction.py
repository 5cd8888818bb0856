"""Personal data and secrets are taken out, and what merely looks a little like them stays."""

import json

import pytest

from plimsoll.text import Found, Redactor

redact = Redactor()

SECRETS = [
    "sk-proj-abcDEF0123456789abcdef",
    "sk-ant-api03-abcdef-ABCDEF_0123456789",
    f"plim_{'a1' * 8}_{'0f' * 32}",
    "AKIA" + "ABCDEFGH12345678",
    "AIza" + "a" * 35,
    "ghp_" + "a1" * 18,
    "github_pat_" + "a1" * 20,
    "glpat-" + "a1b2" * 5,
    "hf_" + "aB" * 17,
    "xoxb-1234567890-abcdef",
    "sk_live_" + "a1B2" * 6,
    "npm_" + "a1" * 18,
    "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4",
]
FOUND = [
    ("mail ada@example.com now", "mail [email] now"),
    ("mailto:o'brien+x@mail.example.co.uk", "mailto:[email]"),
    ("?user=ada%40example.com&x=1", "?user=[email]&x=1"),
    ("call +33 6 12 34 56 78 please", "call [phone] please"),
    ("+44 (0)20 7946 0958.", "[phone]."),
    ("or (415) 355-1234 ext. 12?", "or [phone]?"),
    ("01.23.45.67.89", "[phone]"),
    ("call 1-800-222-0364 or 888-262-7848", "call [phone] or [phone]"),
    ("my phone number is 612345678", "my phone number is [phone]"),
    ("4111 1111 1111 1111", "[card]"),
    ("(378282246310005)", "([card])"),
    ("to DE89 3704 0044 0532 0130 00.", "to [iban]."),
    ("gb29nwbk60161331926819", "[iban]"),
    ("SSN 536-90-4399", "SSN [national_id]"),
    ("NIF 12345678Z, NIE X1234567L", "NIF [national_id], NIE [national_id]"),
    ("1 84 12 76 451 089 46", "[national_id]"),
    ("PESEL: 44051401359", "PESEL: [national_id]"),
    ("postgres://bob:hunter2@db.example.com/x", "postgres://bob:[secret]@db.example.com/x"),
    ("Server=db;User Id=sa;Password=letmein;", "Server=db;User Id=sa;Password=[secret];"),
    ("my password is hunter22!", "my password is [secret]"),
    ("api_key=abcd1234efgh5678ijkl", "api_key=[secret]"),
    ('{"client_secret": "Zm9vYmFyQmF6MTIzNDU"}', '{"client_secret": "[secret]"}'),
    ("Authorization: Bearer abc.def-123456", "Authorization: Bearer [secret]"),
    ("bEaReR 12345678", "bEaReR [secret]"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx0==\n-----END RSA PRIVATE KEY-----\nok", "[secret]\nok"),
]
HARMLESS = [
    "task-management-considerations-and-risks",
    "the sk-learn-compatible-estimators of this library",
    "a bearer of good news",
    "plim_soll is a name",
    "01a1fbe95ea271d283fe65c1a7ecf967",
    "order 8123456789, ticket #41234567, INV-2024-001234",
    "on 2024-05-01 12:30:11 or 01.02.2024 10:30, until 05/11/2024",
    "$1,234,567.89 or 1.234.567,89 or 12 500 000",
    "ISBN 978-3-16-148410-0, 0306406152, 9780306406157",
    "192.168.100.200 and 10.0.19041.1234 and v2.31.0",
    "550e8400-e29b-41d4-a716-446655440000 and 12345678-1234-1234-1234-123456789012",
    "at 1700000000 or 1700000000123; 40.712776, -74.005974; 3.141592653589793",
    "4111 1111 1111 1112 fails its check, DE88 3704 0044 0532 0130 00 too",
    "git@github.com:acme/shop.git, react@18.2.0, logo@2x.png, @app.route, a @ b",
    "password: required, password is incorrect, password = os.environ['X1_PASSWORD'], max_tokens: 1000",
    "token: the-access-token-of-the-user, key=value, secret: ",
    "12345678A",
    "gpsmap 78s 010-00864-01, xerox 016-2012-00",
    "cash (200)\n\n655\n\n600 and 3-16-148410-0",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_key_of_a_known_form_is_taken_out_of_its_sentence(secret: str):
    assert redact(f'{{"text": "use {secret}, please"}}') == '{"text": "use [secret], please"}'


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_what_is_personal_or_secret_gives_way_to_its_mark(text: str, expected: str):
    assert redact(text) == expected


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_text_stays_as_it_is(text: str):
    assert redact(text) == text


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_it_is_found_inside_json_and_json_inside_json_whatever_the_escapes(text: str, expected: str):
    for said, left in ((f"{text}\n", f"{expected}\n"), (f"é\n{text}", f"é\n{expected}")):
        once = json.dumps({"content": said})
        assert json.loads(redact(once)) == {"content": left}
        twice = json.loads(redact(json.dumps({"arguments": once})))
        assert json.loads(twice["arguments"]) == {"content": left}


def test_letters_written_as_escapes_are_read():
    assert redact(r'["\nj\u00fcrgen\u0040example.com\n", "tel \u002b33\u00a0612345678"]') == (
        r'["\n[email]\n", "tel [phone]"]'
    )


def test_a_bare_number_of_json_becomes_a_string():
    assert json.loads(redact('{"card": 4111111111111111, "all": [1, 4111111111111111]}')) == {
        "card": "[card]",
        "all": [1, "[card]"],
    }
    nested = json.loads(redact(json.dumps({"arguments": '{"card": 4111111111111111}'})))
    assert json.loads(nested["arguments"]) == {"card": "[card]"}


def test_the_secret_of_an_aws_key_goes_with_its_id():
    told = redact("AKIAIOSFODNN7EXAMPLE with wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY, ok")
    assert told == "[secret] with [secret], ok"


def test_only_the_kinds_asked_for_are_taken_out():
    text = "ada@example.com or +33 6 12 34 56 78"
    assert Redactor(("phone",))(text) == "ada@example.com or [phone]"
    assert Redactor(())(text) == text


def test_with_a_key_equal_values_have_equal_marks_and_others_do_not():
    keyed = Redactor(key=b"0123456789abcdef")
    first, again, other = keyed("ada@example.com Ada@Example.com bob@example.com").split()
    assert first == again != other
    assert first.startswith("[email:")
    assert keyed("phone +33612345678") == keyed("phone +33 6 12 34 56 78")
    assert Redactor(key=b"another key of 16")("ada@example.com") != first
    assert keyed("password=hunter22") == "password=[secret]"


def test_find_says_where_things_are_without_changing_anything():
    text = "ada@example.com or 4111111111111111"
    assert redact.find(text) == (Found(0, 15, "email"), Found(19, 35, "card"))
