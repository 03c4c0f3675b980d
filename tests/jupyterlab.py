"""Driving a real JupyterLab: its kernel is waited for and its cells are run by its own commands.

Menus are not clicked: what a click does while a kernel is still starting depends on the machine.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

# The page shows its application to scripts only where it is told to.
_CONFIGURATION = {"LabApp": {"expose_app_in_browser": True}}

_RUN = """async () => {
  const patience = 120000, begun = Date.now();
  const wait = async condition => {
    while (!condition()) {
      if (Date.now() - begun > patience) throw new Error(`never: ${condition}`);
      await new Promise(done => setTimeout(done, 100));
    }
  };
  const app = window.jupyterapp;
  await app.restored;
  const notebook = () => app.shell.currentWidget;
  await wait(() => notebook()?.context?.isReady);
  const context = notebook().sessionContext;
  await context.ready;
  if (context.hasNoKernel) await context.changeKernel({name: 'python3'});
  await wait(() => context.session?.kernel?.status === 'idle');
  await app.commands.execute('notebook:run-all-cells');
  await wait(() => context.session.kernel.status === 'idle');
}"""


def write_configuration(folder: Path) -> dict[str, str]:
    """Settings of JupyterLab that are nobody's; returns the environment that names them.

    What someone has open in JupyterLab at home is neither opened nor changed.
    """
    names = ("JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    places = {name: folder / name.lower() for name in names}
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_CONFIGURATION)
    (places["JUPYTER_CONFIG_DIR"] / "jupyter_server_config.json").write_text(text)
    (places["JUPYTER_CONFIG_DIR"] / "jupyter_lab_config.json").write_text(text)
    return {name: str(place) for name, place in places.items()}


def run_all_cells(page: Any) -> None:
    """Wait for the notebook that is open and for its kernel, then run it from top to bottom."""
    page.wait_for_selector(".jp-Notebook", timeout=120_000)
    page.evaluate(_RUN)
