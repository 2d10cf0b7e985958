from importlib import import_module
from pkgutil import iter_modules

import app.cli
from app.cli.parts import PARTS


def test_every_module_that_has_commands_is_a_part_once():
    names = [found.name for found in iter_modules(app.cli.__path__) if found.name != "__main__"]
    modules = [import_module(f"app.cli.{name}") for name in names]
    having = {module.__name__ for module in modules if hasattr(module, "add_to")}
    assert {part.__name__ for part in PARTS} == having
    assert len(PARTS) == len(having)
