"""IR text that does not parse, or that the verifier refuses."""

from __future__ import annotations

from mistakes import mistake

import meshjit as mj
from meshjit.ir.machine import Machine
from meshjit.ir.program import Layout
from meshjit.passes import PASSES, run_pass

HEAD = "mesh (dp=2, tp=2) stage "


def text(body, stage="traced", params="%x: f32[4,6]?", result="%0"):
    return f"{HEAD}{stage}\nfunc f({params}) {{\n  {body}\n  return {result}\n}}\n"


@mistake("MJ7001", "$")
class stray_character:
    def bad(mesh):
        mj.parse(text("%0 = neg(%x) $ : f32[4,6]?"))

    def fixed(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?"))


@mistake("MJ7001", "negate", says=["negate"])
class unknown_op:
    def bad(mesh):
        mj.parse(text("%0 = negate(%x) : f32[4,6]?"))

    def fixed(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?"))


@mistake("MJ7001", "%y", says=["%y"])
class undefined_value:
    def bad(mesh):
        mj.parse(text("%0 = neg(%y) : f32[4,6]?"))

    def fixed(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?"))


@mistake("MJ7001", "f32[6,4]?", says=["f32[4,6]?", "f32[6,4]?"])
class wrong_type:
    def bad(mesh):
        mj.parse(text("%0 = neg(%x) : f32[6,4]?"))

    def fixed(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?"))


@mistake("MJ7001", "f16", says=["f16"])
class unknown_dtype:
    def bad(mesh):
        mj.parse(text("%0 = neg(%x) : f16[4,6]?"))

    def fixed(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?"))


@mistake("MJ7001", "dim", says=["axes, keepdims"])
class unknown_attribute:
    def bad(mesh):
        mj.parse(text("%0 = sum(%x) {dim=1} : f32[4]?"))

    def fixed(mesh):
        mj.parse(text("%0 = sum(%x) {axes=[1], keepdims=false} : f32[4]?"))


@mistake("MJ7001", ":", says=["keepdims"])
class missing_attribute:
    def bad(mesh):
        mj.parse(text("%0 = sum(%x) {axes=[1]} : f32[4]?"))

    def fixed(mesh):
        mj.parse(text("%0 = sum(%x) {axes=[1], keepdims=false} : f32[4]?"))


@mistake("MJ7001", "add", says=["2 to 2"])
class wrong_number_of_operands:
    def bad(mesh):
        mj.parse(text("%0 = add(%x) : f32[4,6]?"))

    def fixed(mesh):
        mj.parse(text("%0 = add(%x, %x) : f32[4,6]?"))


@mistake("MJ7001", "%0", says=["twice"])
class name_twice:
    def bad(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?\n  %0 = abs(%x) : f32[4,6]?"))

    def fixed(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?\n  %1 = abs(%x) : f32[4,6]?"))


@mistake("MJ7001", "late", says=["traced, sharded, local, fused, planned"])
class unknown_stage:
    def bad(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?", stage="late"))

    def fixed(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?", stage="traced"))


@mistake("MJ7001", "", says=["the end"])
class text_ends_early:
    def bad(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?").replace("}", ""))

    def fixed(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?"))


@mistake("MJ3001", "f32[4@zz,6]", says=["'dp', 'tp'"])
class type_on_an_unknown_axis:
    def bad(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?", params="%x: f32[4@zz,6]"))

    def fixed(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?", params="%x: f32[4@dp,6]"))


@mistake("MJ7001", "all_gather", says=["stage traced may not hold all_gather"])
class op_of_another_stage:
    def bad(mesh):
        mj.parse(text('%0 = all_gather(%x) {dim=0, axes=["dp"]} : f32[4,6]', params="%x: f32[4@dp,6]"))

    def fixed(mesh):
        mj.parse(text('%0 = all_gather(%x) {dim=0, axes=["dp"]} : f32[4,6]', stage="local", params="%x: f32[4@dp,6]"))


@mistake("MJ7002", says=["open"])
class open_type_after_propagation:
    def bad(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]?", stage="local"))

    def fixed(mesh):
        mj.parse(text("%0 = neg(%x) : f32[4,6]", stage="local", params="%x: f32[4,6]"))


@mistake("MJ7002", says=["pending"])
class pending_result:
    def bad(mesh):
        mj.parse(text("%0 = sum(%x) {axes=[1], keepdims=false} : f32[4]{+tp}", stage="local", params="%x: f32[4,6@tp]"))

    def fixed(mesh):
        body = "%0 = sum(%x) {axes=[1], keepdims=false} : f32[4]{+tp}\n"
        body += '  %1 = all_reduce(%0) {axes=["tp"], op="sum"} : f32[4]'
        mj.parse(text(body, stage="local", params="%x: f32[4,6@tp]", result="%1"))


@mistake("MJ3005", "add(%x, %y)", ["x: f32[4@dp,6]", "y: f32[4,6]"])
class operands_disagree:
    def bad(mesh):
        mj.parse(text("%0 = add(%x, %y) : f32[4@dp,6]", stage="local", params="%x: f32[4@dp,6], %y: f32[4,6]"))

    def fixed(mesh):
        mj.parse(text("%0 = add(%x, %y) : f32[4@dp,6]", stage="local", params="%x: f32[4@dp,6], %y: f32[4@dp,6]"))


@mistake("MJ1004", says=["--stage local"])
class pass_on_another_stage:
    def bad(mesh):
        graph = mj.parse(text("%0 = neg(%x) : f32[4,6]?"))
        run_pass(PASSES["fuse"], graph, Machine("cpu", Layout.ROW, 1 << 30, 64))

    def fixed(mesh):
        graph = mj.parse(text("%0 = neg(%x) : f32[4,6]", stage="local", params="%x: f32[4,6]"))
        run_pass(PASSES["fuse"], graph, Machine("cpu", Layout.ROW, 1 << 30, 64))
