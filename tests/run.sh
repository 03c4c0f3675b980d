#!/usr/bin/env bash
# Every check, in the order in which they are cheap. Usage: tests/run.sh ENVIRONMENT/bin [lint|quick]
# MAKE_MORE, if set, is run beside the first checks, which need one processor: what the others need.
set -u
bin="$1"
failed=()
step() { local name="$1"; echo "── $name"; shift; "$@" || failed+=("$name"); }
if [ -n "${MAKE_MORE:-}" ]; then
  $MAKE_MORE & more=$!
fi
step "ruff format" "$bin/ruff" format --check --quiet .
step "ruff" "$bin/ruff" check --quiet .
step "mypy" "$bin/mypy"
step "import-linter" "$bin/lint-imports" --no-cache
if [ -n "${MAKE_MORE:-}" ]; then
  step "other environments" wait "$more"
fi
case "${2:-}" in
lint) ;;
quick)
  # What says in seconds whether something fundamental broke; `make test` says the rest.
  step "pytest" "$bin/pytest" -q -n 2 -m "not slow and not browser and not alone" \
    tests/statistics tests/study tests/qda tests/findings/test_finding_*.py tests/lint/test_lint_f*.py \
    tests/test_files.py tests/test_no_study_in_engine.py tests/test_notebooks.py
  ;;
*)
  step "pytest" "$bin/pytest" -q -n 2 --durations 30 -m "not alone"
  # JupyterLab, its kernel and a browser need a core to answer a click in time.
  step "pytest, JupyterLab" "$bin/pytest" -q -n 2 --durations 5 -m alone
  ;;
esac
if [ "${#failed[@]}" -gt 0 ]; then
  echo "Not passed: ${failed[*]}"
  exit 1
fi
