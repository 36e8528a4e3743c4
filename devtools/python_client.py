"""Write the types of the Python client anew from the contract: `python -m devtools.python_client`."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from devtools.places import ROOT

CLIENT = ROOT / "clients" / "python"
CONTRACT = ROOT / "docs" / "openapi.json"
TYPES = CLIENT / "src" / "switchboard_client" / "contract.py"
HEADER = '"""The types of the contract, generated from docs/openapi.json by `make python-client`."""'
OPTIONS = (
    "--input-file-type=openapi",
    "--openapi-scopes=schemas",
    "--output-model-type=typing.TypedDict",
    "--target-python-version=3.11",
    "--enum-field-as-literal=all",
    "--use-schema-description",
    "--use-standard-collections",
    "--use-union-operator",
    "--formatters=builtin",
    f"--custom-file-header={HEADER}",
)


def generate(output: Path) -> None:
    """Write the types that the committed contract makes.

    Raises:
        subprocess.CalledProcessError: the generator could not read the contract; its reason is on the standard error.
    """
    command = [sys.executable, "-m", "datamodel_code_generator", f"--input={CONTRACT}", f"--output={output}", *OPTIONS]
    subprocess.run(command, check=True)


def fresh() -> str:
    """Return the types as they would be written now."""
    with TemporaryDirectory(prefix="switchboard-types-") as folder:
        generate(Path(folder, "contract.py"))
        return Path(folder, "contract.py").read_text()


if __name__ == "__main__":
    TYPES.write_text(fresh())
