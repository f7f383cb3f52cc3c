"""LLVM modules: IR text parsed, verified and optimised for a target machine."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import llvmlite.binding as llvm

from meshjit.errors import CodegenError

#: LLVM's registries and the target machines are shared by all threads of the process.
lock = threading.RLock()


def optimised(text: str, machine: llvm.TargetMachine, passes: Sequence[str], *, name: str, code: str) -> llvm.ModuleRef:
    """The module of IR ``text`` for ``machine``, after ``passes`` (LLVM's, in order); ``name`` is for messages.

    Templates are vectorised and unrolled as they want to be; LLVM's own attempts would only cost time and code. To be
    called with :data:`lock` held.

    Raises :class:`~meshjit.errors.CodegenError` with ``code`` when LLVM refuses the text.
    """
    try:
        module = llvm.parse_assembly(text)
        module.triple = machine.triple
        module.data_layout = str(machine.target_data)
        module.verify()
    except RuntimeError as error:
        raise CodegenError(
            code,
            f"LLVM refuses kernel {name}: {str(error).strip()}",
            fix=f"report this kernel: meshjit dump --stage ll shows the text of {name}",
        ) from error
    tuning = llvm.create_pipeline_tuning_options(speed_level=2)
    tuning.loop_vectorization = tuning.slp_vectorization = tuning.loop_unrolling = tuning.loop_interleaving = False
    manager = llvm.create_new_module_pass_manager()
    for each in passes:
        getattr(manager, f"add_{each}_pass")()
    manager.run(module, llvm.create_pass_builder(machine, tuning))
    return module
