import pytest

from plimsoll.text import guess_language, guess_script


@pytest.mark.parametrize(
    ("text", "language", "script"),
    [
        ("How long do I have to return an item that I bought?", "English", "latin"),
        ("Wie lange kann ich eine Ware zurückgeben, die ich nicht mag?", "German", "latin"),
        ("Je ne sais pas comment est la livraison pour mon colis", "French", "latin"),
        ("¿Cómo puedo saber el estado de mi pedido y por qué no llega?", "Spanish", "latin"),
        ("Как мне вернуть товар?", "", "cyrillic"),
        ("如何退货", "", "cjk"),
        ("4711", "", ""),
    ],
)
def test_the_language_and_script_of_a_question_are_guessed(text: str, language: str, script: str):
    assert (guess_language(text), guess_script(text)) == (language, script)
