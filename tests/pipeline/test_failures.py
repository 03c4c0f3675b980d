from evaltools.pipeline.notebook_failures import NotebookFailure, study_frames


def test_frames_of_the_notebook_are_found_in_a_coloured_traceback() -> None:
    traceback = [
        "\x1b[31m-----\x1b[39m",
        "\x1b[31mKeyError\x1b[39m   Traceback (most recent call last)",
        "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[6]\x1b[39m\x1b[32m, line 3\x1b[39m\n"
        "\x1b[32m      2\x1b[39m x = 1\n\x1b[32m----> \x1b[39m\x1b[32m3\x1b[39m f({})",
        "File \x1b[32m/lib/frame.py:10\x1b[39m, in get(self)\n---> 10 raise KeyError(1)",
        "Cell In[2], line 5, in f(x)\n      4 def f(x):\n----> 5     return x['a']",
        "KeyError: 'a'",
    ]
    frames = [
        (frame.count, frame.line, frame.function, frame.code) for frame in study_frames(traceback)
    ]
    assert frames == [(6, 3, "", "f({})"), (2, 5, "f", "return x['a']")]


def test_deep_recursion_is_told_by_its_last_lines() -> None:
    part = "Cell In[1], line 2, in f(x)\n----> 2     f(x)"
    assert len(study_frames([part] * 3000)) == 5


def test_problem_says_where_what_and_what_to_do() -> None:
    failure = NotebookFailure(
        "notebooks/a.ipynb", "time", 3, "fig-a", error="too slow", message="longer than 5 seconds"
    ).with_copy("reports/_build/failed/a.ipynb")
    assert str(failure.problem()) == (
        "notebooks/a.ipynb, cell 3 (fig-a): too slow: longer than 5 seconds. "
        "Open reports/_build/failed/a.ipynb: it is executed up to there. [notebook.time]"
    )


def test_problems_raised_in_a_notebook_are_told_as_they_are() -> None:
    failure = NotebookFailure(
        "a.ipynb", "error", 2, line=1, error="ProblemError", message="one\ntwo",
        trace=("cell 2, line 1: open_evidence(globals())",),
    )  # fmt: skip
    assert failure.problem().what == "ProblemError: one\ntwo"
