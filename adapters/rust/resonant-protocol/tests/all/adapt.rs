//! Adaptive quantization against a model in whole numbers, as the specification counts.

use crate::support::exact::{code, product, scale, units};
use crate::support::Random;
use resonant_protocol::adapt::{adapt, Terms};
use resonant_protocol::quant::Source;
use resonant_protocol::{DType, FrameError, RejectCode, Tensor, TensorData};

const ALL: [DType; 4] = [DType::SparseCoo, DType::Q4, DType::F16, DType::I8];

fn bytes(elements: &[u16]) -> Vec<u8> {
    elements
        .iter()
        .flat_map(|bits| bits.to_le_bytes())
        .collect()
}

fn choose(
    elements: &[u16],
    dims: &[u32],
    allow: &[DType],
    tolerance: i64,
) -> Result<Tensor, FrameError> {
    let terms = Terms {
        allow,
        tolerance,
        budget: None,
    };
    adapt(Source::F16, dims, &bytes(elements), &terms)
}

fn dtype(elements: &[u16], dims: &[u32], allow: &[DType], tolerance: i64) -> DType {
    choose(elements, dims, allow, tolerance).unwrap().dtype()
}

/// A finite binary16 in units, with its sign.
fn signed(bits: u16) -> i128 {
    let magnitude = i128::try_from(units(bits & 0x7fff)).unwrap();
    if bits >> 15 == 1 {
        -magnitude
    } else {
        magnitude
    }
}

/// Σ(X − D)² and ΣX² of ADA-6, by the clauses of the quantizers.
fn energies(elements: &[u16], most: u8, greatest: u16) -> (u128, u128) {
    let (mut error, mut energy) = (0, 0);
    for block in elements.chunks(32) {
        let largest = block.iter().map(|bits| bits & 0x7fff).max().unwrap();
        let scale = scale(largest, most, greatest);
        for bits in block {
            let magnitude = code(bits & 0x7fff, scale, most);
            let found = product(
                if bits >> 15 == 1 {
                    -magnitude
                } else {
                    magnitude
                },
                scale,
            );
            error += (signed(*bits) - signed(found)).unsigned_abs().pow(2);
            energy += signed(*bits).unsigned_abs().pow(2);
        }
    }
    (error, energy)
}

/// The least tolerance at which a form passes.
fn least_tolerance((error, energy): (u128, u128)) -> i64 {
    let needed = (error << 24).div_ceil(energy.max(1));
    i64::try_from(needed).unwrap()
}

/// Section 4 of adaptive.md.
const WORKED: [u16; 8] = [0x3c00, 0xb800, 0x3400, 0x2c92, 0x32db, 0xbc00, 0x8000, 0];

#[test]
fn the_worked_choice() {
    let elements = [WORKED; 4].concat();
    let (error, energy) = energies(&elements, 127, 0x6007);
    assert_eq!((error, energy), (24_649_924_608, 2_661_059_362_029_568));
    assert_eq!(energies(&elements, 7, 0x7091).0, 18_635_628_216_320);
    for (tolerance, expected) in [
        (0, DType::F16),
        (155, DType::F16),
        (156, DType::I8),
        (117_492, DType::I8),
        (117_493, DType::Q4),
        (16_777_216, DType::Q4),
    ] {
        assert_eq!(
            dtype(&elements, &[4, 8], &ALL, tolerance),
            expected,
            "{tolerance}"
        );
    }
    let refused = |allow: &[DType], tolerance, budget| {
        let terms = Terms {
            allow,
            tolerance,
            budget,
        };
        adapt(Source::F16, &[4, 8], &bytes(&elements), &terms)
            .unwrap_err()
            .code()
    };
    assert_eq!(refused(&ALL, 117_493, Some(41)), RejectCode::Budget);
    assert_eq!(
        refused(&[DType::I8, DType::Q4], 155, None),
        RejectCode::Tolerance
    );
    assert_eq!(
        refused(&[DType::I8, DType::Q4], 155, Some(0)),
        RejectCode::Tolerance
    );
    assert_eq!(refused(&[], 16_777_216, None), RejectCode::Tolerance);
    let terms = Terms {
        allow: &ALL,
        tolerance: 117_493,
        budget: Some(42),
    };
    let chosen = adapt(Source::F16, &[4, 8], &bytes(&elements), &terms).unwrap();
    let TensorData::Q4 { codes, scale } = &chosen.data else {
        panic!("{chosen:?}")
    };
    assert_eq!((codes.len(), scale.as_ref().map(Vec::len)), (16, Some(2)));
}

/// Elements whose magnitudes spread over everything that binary16 has, or over a few powers of two.
fn elements(random: &mut Random, count: usize) -> Vec<u16> {
    let (lowest, range) = (random.below(0x7c00), random.below(0x7c00) + 1);
    let element = |random: &mut Random| {
        let magnitude = (lowest + random.below(range)).min(0x7bff);
        let sign = random.below(2) << 15;
        let is_zero = random.below(9) == 0;
        u16::try_from(if is_zero { sign } else { magnitude | sign }).unwrap()
    };
    (0..count).map(|_| element(random)).collect()
}

#[test]
fn a_quantized_form_passes_from_its_tolerance_on() {
    let mut random = Random::new(19);
    let forms = [(DType::I8, 127, 0x6007), (DType::Q4, 7, 0x7091)];
    for round in 0..400 {
        let count = random.below(100) + 1;
        let elements = elements(&mut random, count);
        let dims = [u32::try_from(count).unwrap()];
        for (form, most, greatest) in forms {
            let least = least_tolerance(energies(&elements, most, greatest));
            let at = |tolerance| choose(&elements, &dims, &[form], tolerance);
            if least <= 16_777_216 {
                assert_eq!(at(least).unwrap().dtype(), form, "round {round}");
            }
            if least > 0 {
                let below = at((least - 1).min(16_777_216));
                assert_eq!(
                    below.unwrap_err().code(),
                    RejectCode::Tolerance,
                    "round {round}"
                );
            }
        }
    }
}

#[test]
fn the_extremes_of_binary16_are_measured_exactly() {
    // Beside the greatest element, all others are lost by Q4: their energy is 31 of many units.
    let mut elements = [1_u16; 32];
    elements[7] = 0xfbff;
    let (error, energy) = energies(&elements, 7, 0x7091);
    assert_eq!(
        error,
        31 + (units(0x7bff).abs_diff(units(product(7, 0x7091)))).pow(2)
    );
    let least = least_tolerance((error, energy));
    assert_eq!(dtype(&elements, &[32], &[DType::Q4], least), DType::Q4);
    // The scale of I8 is rounded to 0 where that of Q4 is not.
    let tiny = [60_u16; 32];
    assert_eq!(least_tolerance(energies(&tiny, 127, 0x6007)), 1 << 24);
    let needed = least_tolerance(energies(&tiny, 7, 0x7091));
    assert!(needed < 1 << 20);
    assert_eq!(
        dtype(&tiny, &[32], &[DType::I8, DType::Q4], (1 << 24) - 1),
        DType::Q4
    );
    let i8 = choose(&tiny, &[32], &[DType::I8], (1 << 24) - 1);
    assert_eq!(i8.unwrap_err().code(), RejectCode::Tolerance);
}

#[test]
fn ties_go_to_what_loses_nothing() {
    // Without elements all but f16 take more bytes, and i8 as many as q4.
    assert_eq!(dtype(&[], &[0], &ALL, 1 << 24), DType::F16);
    assert_eq!(dtype(&[], &[3, 0], &[DType::Q4, DType::I8], 0), DType::I8);
    assert_eq!(
        dtype(&[], &[0], &[DType::Q4, DType::SparseCoo], 0),
        DType::Q4
    ); // 16 bytes less 24
       // 9 elements, 3 of them not 0: f16 has 18 bytes, sparse 18 + 18.
    let mut few = [0_u16; 9];
    few[..3].fill(0x3c00);
    assert_eq!(
        dtype(&few, &[9], &[DType::SparseCoo, DType::F16], 0),
        DType::F16
    );
    // 18 elements of rank 1, 3 not 0: both have 36 bytes.
    let mut equal = [0x8000_u16; 18];
    equal[..3].fill(0x3c00);
    assert_eq!(
        dtype(&equal, &[18], &[DType::SparseCoo, DType::F16], 0),
        DType::F16
    );
    // One element more, and sparse is smaller; −0 becomes 0.
    let mut more = [0x8000_u16; 19];
    more[..3].fill(0x3c00);
    let chosen = choose(&more, &[19], &[DType::F16, DType::SparseCoo], 0).unwrap();
    assert_eq!(chosen.dtype(), DType::SparseCoo);
    assert_eq!(chosen.payload(), bytes(&[0x3c00; 3]));
    // 14 elements, 2 not 0: sparse has 12 + 18 bytes, and i8 14 + 2 + 10.
    let mut two = [0_u16; 14];
    two[..2].fill(0x3c00);
    assert_eq!(
        dtype(&two, &[14], &[DType::I8, DType::SparseCoo], 1 << 24),
        DType::I8
    );
    let mut equal = [0_u16; 18];
    equal[..2].fill(0x3c00); // 12 + 18 and 18 + 2 + 10
    assert_eq!(
        dtype(&equal, &[18], &[DType::I8, DType::SparseCoo], 1 << 24),
        DType::SparseCoo
    );
}

#[test]
fn an_element_that_is_not_finite_leaves_the_exact_forms() {
    for bits in [0x7c00, 0xfc00, 0x7e00, 0x7c01, 0xffff] {
        let mut elements = [0x3c00_u16; 64];
        elements[40] = bits;
        let chosen = choose(&elements, &[64], &ALL, 1 << 24).unwrap();
        assert_eq!(
            chosen.data,
            TensorData::F16 {
                values: bytes(&elements)
            }
        );
        let refused = choose(&elements, &[64], &[DType::I8, DType::Q4], 1 << 24);
        assert_eq!(refused.unwrap_err().code(), RejectCode::Tolerance);
    }
}

#[test]
fn other_sources_become_binary16_first() {
    let terms = Terms {
        allow: &[DType::F16],
        tolerance: 0,
        budget: None,
    };
    let values = [
        1.0,
        65_520.0,
        -1e30,
        f32::NAN,
        -f32::NAN,
        f32::NEG_INFINITY,
        2.0_f32.powi(-25) * 1.5,
        -0.0,
    ];
    let expected = [0x3c00, 0x7c00, 0xfc00, 0x7e00, 0x7e00, 0xfc00, 1, 0x8000];
    let data: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    let found = adapt(Source::F32, &[8], &data, &terms).unwrap();
    assert_eq!(found.payload(), bytes(&expected));
    let upper: Vec<u8> = data
        .as_chunks::<4>()
        .0
        .iter()
        .flat_map(|bytes| bytes[2..].to_vec())
        .collect();
    let found = adapt(Source::Bf16, &[2, 4], &upper, &terms).unwrap();
    assert_eq!(
        found.payload(),
        bytes(&[0x3c00, 0x7bf8, 0xfc00, 0x7e00, 0x7e00, 0xfc00, 1, 0x8000])
    );
    // binary16 stays as it is, whatever NaN it has.
    let found = adapt(Source::F16, &[1], &[0x01, 0xfc], &terms).unwrap();
    assert_eq!(found.payload(), [0x01, 0xfc]);
}

#[test]
fn faults_are_found_in_their_order() {
    let refused = |tolerance, budget, dims: &[u32], data: &[u8]| {
        let terms = Terms {
            allow: &[],
            tolerance,
            budget,
        };
        adapt(Source::F32, dims, data, &terms).unwrap_err().code()
    };
    for (tolerance, budget) in [
        (-1, None),
        (16_777_217, None),
        (0, Some(-1)),
        (0, Some(1 << 32)),
        (i64::MAX, None),
    ] {
        assert_eq!(
            refused(tolerance, budget, &[1], &[0; 3]),
            RejectCode::FieldRange
        );
    }
    for (dims, len) in [(&[1][..], 3), (&[2], 4), (&[u32::MAX; 4], 0), (&[0, 2], 4)] {
        assert_eq!(
            refused(0, None, dims, &vec![0; len]),
            RejectCode::LengthMismatch,
            "{dims:?}"
        );
    }
    assert_eq!(
        refused(16_777_216, Some((1 << 32) - 1), &[1], &[0; 4]),
        RejectCode::Tolerance
    );
    assert_eq!(refused(0, None, &[], &[0; 4]), RejectCode::BadRank);
}
