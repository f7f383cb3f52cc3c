"""What each error code means, its usual cause and the way out: what ``meshjit explain MJ2005`` prints.

docs/errors.md is generated from this table. A test holds it to the codes that the sources use.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Thousands of a code: the part of the package that raises it.
AREAS: Mapping[int, str] = MappingProxyType(
    {
        1: "Usage: meshes, options, arguments",
        2: "Tracing: shapes, element types, Python",
        3: "Shardings",
        4: "Memory plan and code generation",
        5: "Runtime: 50xx meshes, tensors and traces; 51xx cards and the simulator; 52xx the CPU mesh",
        6: "Emulator",
        7: "IR text, verification, command line",
        8: "Environment",
    }
)

_USAGE = {
    "MJ1001": "The shape or the axis names of a mesh do not make sense: every axis needs one distinct name that "
    'is an identifier, and at least one device. Write open_mesh((2, 4), ("dp", "tp")).',
    "MJ1002": "evaluate() was given other arrays than the graph has parameters. Pass one array per parameter, in "
    "order, of the (global) shape that the graph's text says.",
    "MJ1003": "An option has a value that does not exist: a strategy, a fidelity, a stage, an approximation, or an op "
    "without meaning. The message lists the values there are.",
    "MJ1004": "A pass was run on a graph of a stage that it does not read. `meshjit opt --list` shows what each "
    "pass reads; dump the function at that stage.",
    "MJ1005": "A compiled function was called while no mesh is open. Pass mesh= to mj.compile, or call it inside "
    "`with mj.open_mesh(...) as mesh:`, which holds for its own thread only: functions that other "
    "threads call need mesh=.",
    "MJ1006": "static_argnames or donate_argnames names a parameter that the function does not have, or one "
    "parameter is named in both. Static arguments are Python values, donated ones arrays.",
    "MJ1007": "The arguments of a call do not fit the function's signature, or a static argument is not hashable. "
    "Pass tuples and frozen dataclasses in place of lists and dicts.",
    "MJ1008": "No code generator serves this architecture. There are cpu, wormhole and blackhole.",
    "MJ1009": "A trace was replayed with other static values, or arguments nested otherwise, than at its capture. "
    "Capture again for them, or call the function itself, which picks the variant.",
    "MJ1010": "mj.compile decorates a method, whose first argument is an object. Compile a function of the "
    "arrays, and pass the object's parameters as an argument (dataclasses, dicts and lists are fine).",
}

_TRACING = {
    "MJ2001": "Shapes do not broadcast: counted from the last dim, sizes must be equal or 1. Add a dim with "
    "np.expand_dims, or reshape one operand.",
    "MJ2002": "An element type that no target computes in, often float64 or int64, NumPy's defaults. Convert "
    "first: x.astype(np.float32); the types are float32, bfloat16, int32 and bool.",
    "MJ2003": "Operands have element types that the operation does not take, or that differ. Nothing is converted "
    "silently: write x.astype(y.dtype).",
    "MJ2004": "An axis is out of range, named twice, or cannot be used so. Axes count from 0, or from -1 backwards.",
    "MJ2005": "The inner dims of a matmul differ, or an operand is no matrix. The last dim of the first operand "
    "must equal the second-to-last of the second; a transpose is often missing, or one too many.",
    "MJ2006": "The weight or bias of a norm does not have the size of the last dim.",
    "MJ2007": "A reshape, or a shape given for a new array, does not fit: the number of elements must stay the "
    "same, and at most one dim may be -1.",
    "MJ2008": "An index or slice leaves the array, or there are more indices than dims.",
    "MJ2009": "Arrays to concatenate or stack have other dims that differ, or a split does not come out even. For "
    "uneven parts give the indices at which to cut.",
    "MJ2010": "Pad widths must be one (before, after) pair per dim, none of them negative.",
    "MJ2011": "A maximum or minimum over no elements has no value.",
    "MJ2101": "Python asked for the elements of a traced array: by if, while, int(), float(), iteration or NumPy. "
    "They are not known while the function is traced; choose per element with np.where, or mark the "
    "argument static.",
    "MJ2102": "A traced array was kept from an earlier trace and used in another. Return values from the "
    "function; do not store them in globals or objects.",
    "MJ2103": "Something that is no number and no array takes part in arithmetic. Values that steer the function "
    "belong into static_argnames.",
    "MJ2104": "A NumPy function, method or mode that traced arrays do not have. dir(meshjit.numpy) and "
    "dir(meshjit.nn) list those there are.",
    "MJ2105": "A traced array was to be changed in place (x[i] = ..., x += ... through out=). Build a new one "
    "with np.where or np.concatenate.",
    "MJ2106": "An index that is an array or a list: only integers, slices, ... and None can index traced arrays. "
    "Use np.where or mj.nn.embedding to pick by data.",
    "MJ2107": "An argument is no array. If the function needs it as a Python value, name it in static_argnames.",
    "MJ2108": "The function returned something that is no array. Return arrays, also in tuples, lists, dicts or "
    "dataclasses.",
    "MJ2109": "The function, or the file that holds it, raised an exception of its own. The message shows its "
    "line; the undecorated function runs on NumPy arrays and can be debugged there.",
}

_SHARDINGS = {
    "MJ3001": "A sharding names an axis that the mesh does not have. The axes are those given to open_mesh.",
    "MJ3002": "A sharding has more or fewer entries than the array has dims. Write one entry per dim, None where "
    'the dim stays whole: P("dp", None).',
    "MJ3003": "One mesh axis is used for two dims. Each axis can cut one dim at most.",
    "MJ3004": "An op needs a dim whole on every device, but it is sharded. In Python propagation takes care of "
    "that; in IR text insert a reshard.",
    "MJ3005": "Operands of an op are sharded differently on a dim that they share. In Python propagation takes "
    "care of that; in IR text insert a reshard.",
    "MJ3006": "A pending sum reaches an op through which it cannot pass. Carry it out first, by a reshard or an "
    "all_reduce.",
    "MJ3007": "A sharding cannot pass through a reshape, because its axes do not divide the outer part of the "
    "dim. Shard a dim that they divide.",
    "MJ3008": "A collective or reshard in IR text does not fit its operand: it names another dim, axis or "
    "reduction than the operand's type has.",
    "MJ3009": "An entry of a PartitionSpec is no axis name, tuple of names or None. Strings, not Axis objects or "
    'numbers: P("dp", None), P(("dp", "tp"), None).',
    "MJ3010": "One value is pinned to two shardings, by in_shardings, out_shardings or with_sharding. Drop one of "
    "the pins; the message shows both places.",
    "MJ3011": "in_shardings or out_shardings has another structure than the arguments or results. Give one entry "
    "per argument; an entry may be one P for a whole dict or list.",
}

_CODEGEN = {
    "MJ4001": "The compiled program needs more memory than a device has. Shard the largest arguments over more "
    "axes, or use more devices; `meshjit explain FILE.py:FUNC` shows the sizes.",
    "MJ4101": "A code generator asked for an instruction that the chip does not have: a fault of the code generator.",
    "MJ4102": "A field of a Tensix instruction does not hold its value: a fault of the code generator.",
    "MJ4103": "A kernel has more different Tensix instructions than a core can keep ready. Shorten the fused chain.",
    "MJ4104": "LLVM refuses a kernel for the cards: a fault of its template. `meshjit dump --stage ll` shows the text.",
    "MJ4105": "A kernel for the cards refers to something outside itself (a call, a global, 64-bit division), "
    "which there is no linker for: a fault of its template.",
    "MJ4106": "A kernel for the cards is larger than its core's code memory. Shorten the fused chain.",
    "MJ4110": "The vector unit has no more registers for a fused chain. Shorten the chain, or run it on the CPU mesh.",
    "MJ4111": "A fused chain keeps more tiles alive than the Dst register file holds. Shorten the chain.",
    "MJ4112": "An op has no code for the cards' vector unit. Run the function on the CPU mesh.",
    "MJ4120": "A fused node has more operands than a kernel has circular buffers. Fuse fewer operations.",
    "MJ4121": "The circular buffers of a kernel do not fit a core's L1. Shard the tensor further, or fuse less.",
    "MJ4122": "A fused node reads more operands at once than the Dst register file holds tiles. Fuse fewer operations.",
    "MJ4123": "A matmul of float32 operands was to accumulate in bfloat16. Leave the accumulation in float32.",
    "MJ4124": "A data movement kernel needs more L1 than the chip has for the pages that it keeps.",
    "MJ4125": "A matmul has more output blocks than the argument block of a core lists. Shard it over more devices.",
    "MJ4130": "This op, or this use of it, has no kernel for the cards yet. Run the function on the CPU mesh, or "
    "compute that part outside the compiled function.",
    "MJ4140": "A card kernel jumps, or pushes instructions, where the static checker cannot follow it: a fault of its "
    "template.",
    "MJ4141": "A card kernel reads a vector unit result a cycle too early: a fault of its template.",
    "MJ4142": "A card kernel changes a configuration register, an address mode or an address counter without the "
    "stall before it or the NOPs after it.",
    "MJ4143": "A card kernel gives a circular buffer's pages away before the unpacker or packer is done with them.",
    "MJ4144": "A card kernel tells another thread that work is done without waiting for the units that do it, or a "
    "wait for a semaphore does not hold back what it is for.",
    "MJ4145": "A card kernel lets the matrix and the vector unit use Dst at the same time, or uses Dst or a source "
    "register before what it needs is there.",
    "MJ4146": "A card kernel tells somebody to go on before a store that matters to him has surely arrived, or changes "
    "what is still in use: a fault of its template.",
    "MJ4147": "The static checker cannot follow a card kernel: what it tells others depends on data or timing, or it "
    "uses a register that the checker does not know. A fault of its template, or a primitive to teach the checker.",
    "MJ4150": "A card kernel gives away pages of a circular buffer that it has not waited for: a fault of its "
    "template.",
    "MJ4151": "The kernels of a card program do not consume all pages that they produce, or do not clear a circular "
    "buffer's counters: a fault of their templates.",
    "MJ4152": "The kernels of a card program would wait for one another for ever: a fault of their templates. The "
    "message shows what each waits for.",
    "MJ4153": "A semaphore between the threads of a card program may be lost, taken twice or left over: a fault of "
    "their templates.",
    "MJ4154": "A card kernel touches pages of a circular buffer that are not its own, or memory that its program does "
    "not declare: a fault of its template.",
    "MJ4155": "A card kernel touches memory, or lets it change hands, while a NoC transfer of it may be under way: a "
    "fault of its template.",
    "MJ4156": "The kernels of a card program do not agree on how many tiles pass through the source registers: a "
    "fault of their templates.",
    "MJ4157": "A card kernel for Blackhole may see what a core's data cache has kept instead of what L1 holds, or one "
    "for Wormhole has a fence: a fault of its template.",
    "MJ4201": "The installed package has no kernel templates: the installation is broken. Install it again.",
    "MJ4202": "A template parameter is no plain data: a fault of the code generator.",
    "MJ4203": "A kernel template does not render, mostly because a parameter is missing: a fault of the code "
    "generator.",
    "MJ4204": "LLVM refuses a native kernel: a fault of its template. `meshjit dump --stage ll` shows the text.",
    "MJ4205": "An op within a fused chain has no kernel on the CPU mesh.",
    "MJ4206": "An op has no kernel on the CPU mesh.",
    "MJ4207": "A matmul's tile is too large for the CPU mesh.",
}

_RUNTIME = {
    "MJ5001": "A device's memory is full. Shard what is large over a mesh axis, and give back what is not used "
    "any more: tensor.delete(), trace.release(). The message lists the largest live buffers.",
    "MJ5002": "The mesh was closed, by close() or at the end of its `with` block, and then used.",
    "MJ5003": "A tensor or buffer was used after it was deleted, donated to a call or released. Keep a copy of "
    "what is still needed: mesh.put(np.asarray(x), P(...)).",
    "MJ5004": "An output of replay() was read after the trace's next replay, which writes over it, or after the "
    "trace's release. Copy it first, np.asarray(y), or call the function itself, whose results last.",
    "MJ5005": "A trace was replayed after its release. Capture again.",
    "MJ5006": "An argument of a replay has another shape, element type or sharding than at the capture. Pass what "
    "was captured, or capture again; a call of the function itself compiles a variant for it.",
    "MJ5007": "A replay was given too few or too many arguments.",
    "MJ5008": "A wait passed its deadline, or a deadline is not positive. The message says what was waited for; "
    "more time: open_mesh(..., timeout_s=600) or MESHJIT_TIMEOUT=600.",
    "MJ5009": "A tensor or buffer lies on another mesh than the call runs on. Place it again: "
    "mesh.put(np.asarray(x), ...).",
    "MJ5010": "Data does not fit a buffer: another number of bytes or devices, or another shape or element type.",
    "MJ5011": "A queue was asked for reading, writing or waiting during a capture, which records workloads only; "
    "or a capture was ended that had not begun.",
    "MJ5012": "A program was built for another kind of device than the mesh has, or is given another number of "
    "buffers than it binds.",
    "MJ5013": "No target has this name, or the target does not have this option of open_mesh. Targets: auto, cpu, "
    "emulator:wormhole, emulator:blackhole, card, ttsim:PATH, null.",
    "MJ5014": "One tensor was passed as a donated argument and as another one. Donation ends it: pass a copy.",
    "MJ5016": "Coordinates lie outside the mesh, or a range's end comes before its start.",
    "MJ5017": "An executable was compiled for another mesh, or describes arguments and results of impossible sizes.",
    "MJ5018": "A value with a pending sum would leave a program, which only a hand-made executable can do. End it "
    "with the all_reduce.",
    "MJ5019": "Memory was freed twice, or an address that no buffer starts at.",
    "MJ5101": "Cores of a card or of the simulator did not finish in time. Run the same program on the emulator, "
    "which names the core and the instruction that block.",
    "MJ5102": "A program has more argument words for a core than its argument block holds. Shard the tensor further.",
    "MJ5103": "A program has a longer configuration table than its place on a core holds: a fault of the code "
    "generator.",
    "MJ5104": "The process of a simulated chip ended by itself: the simulator refused what the program does.",
    "MJ5105": "A launch on this mesh failed, so the state of its chips is unknown. Close the mesh and open a new one.",
    "MJ5106": "A program for one kind of chip was submitted to another. Compile the function for this mesh.",
    "MJ5107": "A mesh of cards was used after it was closed.",
    "MJ5110": "The folder given as ttsim:PATH does not hold a release of the official simulator.",
    "MJ5111": "The machine does not have the cards that the mesh needs, or tt-umd, their driver library, is "
    "missing. Open a smaller mesh or emulated cards; `meshjit doctor` shows what there is.",
    "MJ5112": "No chip has this name. There are wormhole and blackhole.",
    "MJ5113": "The machine has cards of different kinds, which one mesh cannot mix.",
    "MJ5201": "A native kernel cannot be loaded, mostly because a file in the kernel cache is damaged. Remove the "
    "cache folder (MESHJIT_CACHE, default ~/.cache/meshjit).",
    "MJ5202": "The threads of the CPU mesh were busy with another replay until the deadline. Raise "
    "MESHJIT_TIMEOUT, or call from fewer threads.",
    "MJ5203": "A program asks for more tasks than a step of the CPU mesh can have.",
    "MJ5204": "The machine refuses the address space of a CPU device. Raise the limit: ulimit -v unlimited.",
    "MJ5205": "A CPU mesh was used after it was closed.",
    "MJ5206": "More bytes were written than a region of the CPU mesh has.",
    "MJ5207": "A program for another kind of device was loaded on the CPU mesh.",
    "MJ5208": "A replay on the CPU mesh did not end in time; the message names the step. Large models may need "
    "more: MESHJIT_TIMEOUT=600.",
    "MJ5209": "A replay binds a buffer to a region of another size or sharding than at load.",
    "MJ5210": "Commands were submitted on the CPU mesh after they had been unloaded.",
}

_EMULATOR = {
    "MJ6001": "Deadlock on an emulated mesh: every core waits for another. The message names each blocked core, "
    "its instruction and what it waits for; a circular buffer's producer and consumer mostly disagree "
    "on a count.",
    "MJ6002": "Emulated chips had not finished at the deadline. Long work needs more time, MESHJIT_TIMEOUT=600; "
    "otherwise the listed cores show which loop does not end.",
    "MJ6003": "An emulated mesh was asked for with no chips, or of a kind that there is none of. There are "
    "wormhole and blackhole.",
    "MJ6004": "An access to emulated memory is misaligned, out of range, or goes to a place where nothing answers.",
}

_IR = {
    "MJ7001": "IR text does not follow the grammar of docs/ir.md, or says a type other than the one that follows "
    "from the op. The caret shows where.",
    "MJ7002": "The verifier refuses a graph. After a pass that is a fault of that pass; report it with the text shown.",
    "MJ7101": "The command line does not make sense, or names a file that cannot be read (exit code 2). `meshjit "
    "VERB --help` shows how it is written.",
    "MJ7102": "A check of the installation computed something wrong. Remove the kernel cache, and report it if it "
    "stays.",
}

#: Code to meaning.
CODES: Mapping[str, str] = MappingProxyType(
    {**_USAGE, **_TRACING, **_SHARDINGS, **_CODEGEN, **_RUNTIME, **_EMULATOR, **_IR}
)
