from __future__ import annotations

from pathlib import Path

import pytest
import yaml

SENTENCES = yaml.safe_load((Path(__file__).parent / "sentences.yml").read_text(encoding="utf-8"))


def cases(kind):
    return [
        pytest.param(code, language, sentence, id=f"{code}-{language}-{number}")
        for code, languages in SENTENCES.items()
        for language, kinds in languages.items()
        for number, sentence in enumerate(kinds[kind])
    ]


@pytest.mark.parametrize(("code", "language", "sentence"), cases("wrong"))
def test_wrong_sentence_is_reported(check, code, language, sentence):
    assert code in {problem.code for problem in check(sentence, language)}


@pytest.mark.parametrize(("code", "language", "sentence"), cases("right"))
def test_right_sentence_is_left_alone(check, code, language, sentence):
    assert code not in {problem.code for problem in check(sentence, language)}


@pytest.mark.parametrize("code", SENTENCES)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("kind", ["wrong", "right"])
def test_each_rule_is_tried_in_each_language(code, language, kind):
    assert len(SENTENCES[code][language][kind]) >= 6


@pytest.mark.parametrize(("code", "language", "sentence"), cases("wrong"))
def test_problem_points_at_what_it_quotes(check, code, language, sentence):
    text = f"# Otsikko\n\nAlku jotain\nja {sentence}\n"
    found = [p for p in check(text, language) if p.code == code and p.what.startswith('"')]
    if sentence.startswith(("#", "1.")):
        return
    assert found
    for problem in found:
        line, column = map(int, problem.where.rsplit(":", 2)[1:])
        said = problem.what[1:].split('"')[0]
        rest = text.split("\n")[line - 1][column - 1 :]
        assert rest.replace("*", "").replace("&#53;", "5").startswith(said.replace("…", "")[:10])
