#!/usr/bin/env bash
# Every check. Usage: tests/run.sh ENVIRONMENT/bin [lint|quick]
# LAB, if set, is a command that makes the environment of JupyterLab.
set -u
bin="$1"
failed=()
step() { local name="$1"; echo "── $name"; shift; "$@" || failed+=("$name"); }
lint() {
  step "ruff format" "$bin/ruff" format --check --quiet .
  step "ruff" "$bin/ruff" check --quiet .
  step "mypy" "$bin/mypy"
  step "import-linter" "$bin/lint-imports" --no-cache
}
case "${2:-}" in
lint) lint ;;
quick)
  lint
  # What says in seconds whether something fundamental broke; `make test` says the rest.
  step "pytest" "$bin/pytest" -q -n 2 -m "not slow and not browser and not alone" \
    tests/statistics tests/study tests/qda tests/findings/test_finding_*.py tests/lint/test_lint_f*.py \
    tests/test_files.py tests/test_no_study_in_engine.py tests/test_notebooks.py
  ;;
*)
  # What runs beside tests takes only what these leave of the processors. JupyterLab is needed by
  # the last alone, and these leave more than the checks of the code need.
  nice -n 19 ${LAB:-true} & environment=$!
  step "pytest" "$bin/pytest" -q -n 2 --durations 30 -m "not alone"
  step "JupyterLab's environment" wait "$environment"
  told="$(mktemp)"
  nice -n 19 bash "$0" "$bin" lint >"$told" 2>&1 & code=$!
  # JupyterLab, its kernel and a browser need both cores to answer a click in time.
  step "pytest, one at a time" "$bin/pytest" -q --durations 5 -m alone
  step "form, types and imports" wait "$code"
  cat "$told"
  rm "$told"
  ;;
esac
if [ "${#failed[@]}" -gt 0 ]; then
  echo "Not passed: ${failed[*]}"
  exit 1
fi
