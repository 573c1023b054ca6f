"""Compiles a program in TypeScript against the client that protoc-gen-es generates from the contract."""

import os
import pathlib
import shutil
import subprocess
import sys

from orders_e2e import PATIENCE, SKIPPED


def run_tool(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=2 * PATIENCE)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}"


def compiled_typescript(program):
    """The command that runs `program`, a file beside others of its own. What does not fit the types is an error. Ends with
    SKIPPED where the tools are not installed."""
    packages = pathlib.Path(os.environ["IPSTORE_NODE_MODULES"])
    generator = packages / ".bin" / "protoc-gen-es"
    node = shutil.which("node")
    if not node or not generator.exists():
        what = "protoc-gen-es" if node else "node"
        print(f"SKIPPED: NOT TESTED in TypeScript: there is no {what}; `./dev install` installs it")
        sys.exit(SKIPPED)
    configuration = pathlib.Path(__file__).parent / "typescript"
    folder = pathlib.Path(os.environ["IPSTORE_TYPESCRIPT_FOLDER"]) / program.stem
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in (*program.parent.glob("*.ts"), configuration / "package.json", configuration / "tsconfig.json"):
        shutil.copy(file, folder)
    (folder / "node_modules").symlink_to(packages)
    (folder / "generated").mkdir()
    contract = pathlib.Path(os.environ["IPSTORE_PROTO_DIR"])
    published = pathlib.Path(os.environ["IPSTORE_GOOGLEAPIS_DIR"])
    run_tool(os.environ["IPSTORE_PROTOC"], f"-I{contract}", f"-I{published}", f"--plugin=protoc-gen-es={generator}",
             f"--es_out={folder / 'generated'}", "--es_opt=target=ts,import_extension=js",
             *sorted(contract.glob("ipstore/orders/v1/*.proto")),
             *(published / file for file in ("google/rpc/code.proto", "google/rpc/error_details.proto",
                                             "google/rpc/status.proto", "google/type/date.proto",
                                             "google/type/money.proto")))
    run_tool(node, packages / "typescript" / "bin" / "tsc", "--project", folder)
    return [node, str(folder / "compiled" / f"{program.stem}.js")]
