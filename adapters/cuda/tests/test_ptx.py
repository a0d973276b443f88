"""The audit of PTX, on texts made by hand: no compiler is needed."""

from __future__ import annotations

import pytest

from adapters.cuda import ptx

TEXT = """\
.version 8.8 // fma.rn.f32 in a comment
.target sm_80
.global .align 4 .u32 BLOCK = 32;
.extern .func elsewhere(.param .b32 one);
.visible .entry first(
	.param .u64 first_param_0 /* mul.ftz.f32 */
)
.maxntid 256, 1, 1
{
	.reg .f32 %f<9>;
	.loc	1 29 20                         // kernels.cu:29:20
	ld.global.v2.f32 {%f1, %f2}, [%rd1];
	@!%p1 bra $L__BB0_2;
$L__BB0_1: mul.rn.f32 %f3, %f1, %f2;
	{ // a scope
	fma.rn.f32 %f4, %f1, %f2, %f3;
	}
$L__BB0_2:
	@%p2 fma.rn.f32 %f5, %f4, %f2, %f3;
	mad.lo.s32 %r1, %r2, %r3, %r4;
	ret;
}
.func (.param .b32 result) second(.param .b32 one)
{
	ret;
}
"""


def faults(body: str, asked: int = 0) -> list[str]:
    functions = ptx.read(f".visible .entry k()\n{{\n{body}\n}}\n")
    return [one.what for one in ptx.audit(functions, {"k": asked}, ["k"])]


def test_functions_and_instructions_are_found() -> None:
    functions = ptx.read(TEXT)
    assert [one.name for one in functions["first"]] == [
        "ld.global.v2.f32", "bra", "mul.rn.f32", "fma.rn.f32", "fma.rn.f32", "mad.lo.s32", "ret",
    ]  # fmt: skip
    assert [one.name for one in functions["second"]] == ["ret"]
    assert functions.keys() == {"first", "second"}
    assert ptx.fused(functions) == {"first": 2, "second": 0}
    assert ptx.audit(functions, {"first": 2}, ["first"]) == []


@pytest.mark.parametrize(
    ("instruction", "wrong"),
    [
        ("mul.rn.ftz.f32 %f1, %f2, %f3;", ["1 × mul.rn.ftz.f32 flushes subnormal numbers"]),
        ("max.ftz.f32 %f1, %f2, %f3;", ["1 × max.ftz.f32 flushes subnormal numbers"]),
        ("@%p1 cvt.rn.f16.ftz.f32 %h1, %f3;", ["1 × cvt.rn.f16.ftz.f32 flushes subnormal numbers"]),
        ("sqrt.approx.f32 %f1, %f2;",
         ["1 × sqrt.approx.f32 is an approximation", "1 × sqrt.approx.f32 does not say that it rounds to nearest"]),
        ("ex2.approx.f32 %f1, %f2;", ["1 × ex2.approx.f32 is an approximation"]),
        ("div.full.f32 %f1, %f2, %f3;",
         ["1 × div.full.f32 is an approximation", "1 × div.full.f32 does not say that it rounds to nearest"]),
        ("mul.f32 %f1, %f2, %f3; mul.f32 %f4, %f2, %f3;", ["2 × mul.f32 does not say that it rounds to nearest"]),
        ("add.rz.f64 %f1, %f2, %f3;", ["1 × add.rz.f64 does not say that it rounds to nearest"]),
        ("add.f16x2 %f1, %f2, %f3;", ["1 × add.f16x2 does not say that it rounds to nearest"]),
        ("fma.rn.f32 %f1, %f2, %f3, %f4;", ["has 1 fused multiply-adds, and its source asks for 0"]),
        ("fma.rn.f32x2 %f1, %f2, %f3, %f4;", ["has 2 fused multiply-adds, and its source asks for 0"]),
        ("mad.rn.f32 %f1, %f2, %f3, %f4;", ["has 1 fused multiply-adds, and its source asks for 0"]),
        ("mul.rn.f32 %f1, %f2, %f3; rcp.rn.f32 %f4, %f2; add.s32 %r1, %r2, %r3; mad.lo.u32 %r1, %r2, %r3, %r4;", []),
    ],
)  # fmt: skip
def test_what_changes_results_is_a_fault(instruction: str, wrong: list[str]) -> None:
    assert faults(instruction) == wrong


def test_a_multiply_add_that_is_asked_for_has_to_be_there() -> None:
    assert faults("fma.rn.f32 %f1, %f2, %f3, %f4;", asked=1) == []
    assert faults("ret;", asked=1) == ["has 0 fused multiply-adds, and its source asks for 1"]


def test_functions_that_are_not_there_do_not_pass() -> None:
    assert [one.what for one in ptx.audit(ptx.read(".version 8.8\n"), {}, ["k"])] == ["is missing"]


def test_an_instruction_after_a_line_number_is_found() -> None:
    assert faults(".loc 1 29 20 // there\n\tdiv.full.f32 %f1, %f2, %f3;") != []


def test_a_directive_that_nobody_knows_hides_nothing() -> None:
    with pytest.raises(ValueError, match=r"an unknown directive: \.odd"):
        faults(".odd 1 2\n\tdiv.full.f32 %f1, %f2, %f3;")


def test_half_a_text_is_no_text() -> None:
    with pytest.raises(ValueError, match="the body of first does not end"):
        ptx.read(TEXT.partition("ret;")[0])
