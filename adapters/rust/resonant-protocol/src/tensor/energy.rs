//! Exact sums of squares, in loops that become vector code (ADA-6).
//!
//! A finite binary16 is a whole number of units of 2⁻²⁴. A sum of squares is kept as a whole number of units of 2⁻⁴⁸,
//! so it is the same in whatever order it is made.

use multiversion::multiversion;

use super::binary16::{self, INFINITY};
use super::quant_blocks::{f16_bits, narrow, padded, unpack, widen};
use super::quantizer::{Quantized, Quantizer, BLOCK};

/// 1.5 · 2⁴³: a binary64 sum with it counts in steps of 2⁻⁹, whose number is in its low bits.
const HIGH: f64 = 13_194_139_533_312.0;
/// 1.5 · 2⁴: the same for steps of 2⁻⁴⁸.
const LOW: f64 = 24.0;

/// Greatest number of blocks whose sums are made before they are taken together.
const CHUNK: usize = 1024;

/// Squares that are added up: as whole numbers of steps of 2⁻⁹, and what remains of each as steps of 2⁻⁴⁸.
struct Squares {
    high: [u64; BLOCK],
    low: [u64; BLOCK],
    /// How many were added in each lane.
    count: u64,
}

impl Squares {
    #[inline(always)]
    const fn new() -> Self {
        Self {
            high: [0; BLOCK],
            low: [0; BLOCK],
            count: 0,
        }
    }

    /// Adds the squares of four blocks. There are at most `CHUNK` blocks.
    ///
    /// Each value has at most 24 significant bits, so its square has at most 48 and is exact. It is at most 2³² and a
    /// multiple of 2⁻⁴⁸: the steps of 2⁻⁹ in it are fewer than 2⁴², and the rest is at most 2⁻¹⁰.
    #[inline(always)]
    fn add(&mut self, [a, b, c, d]: &[[f32; BLOCK]; 4]) {
        let lanes = self.high.iter_mut().zip(&mut self.low);
        let values = a.iter().zip(b).zip(c).zip(d);
        for ((high, low), (((a, b), c), d)) in lanes.zip(values) {
            let ((a, low_a), (b, low_b)) = (parts(*a), parts(*b));
            let ((c, low_c), (d, low_d)) = (parts(*c), parts(*d));
            let highs = a.wrapping_add(b).wrapping_add(c.wrapping_add(d));
            let lows = low_a
                .wrapping_add(low_b)
                .wrapping_add(low_c.wrapping_add(low_d));
            *high = high.wrapping_add(highs);
            *low = low.wrapping_add(lows);
        }
        self.count += 4;
    }

    /// The sum in units of 2⁻⁴⁸.
    #[inline(always)]
    fn total(&self) -> u128 {
        // What lies above the bits of the base in each sum is the number of steps.
        let steps = |lanes: &[u64; BLOCK], base: f64| {
            let bases = base.to_bits().wrapping_mul(self.count);
            let steps = lanes.map(|lane| i128::from(lane.wrapping_sub(bases).cast_signed()));
            steps.iter().sum::<i128>()
        };
        let total = (steps(&self.high, HIGH) << 39) + steps(&self.low, LOW);
        total.unsigned_abs() // a sum of squares is not negative
    }
}

/// The bits of a square's steps of 2⁻⁹ above `HIGH`, and of those of 2⁻⁴⁸ in its rest above `LOW`.
#[inline(always)]
fn parts(value: f32) -> (u64, u64) {
    let value = f64::from(value);
    let square = value * value;
    let counted = square + HIGH;
    let rest = square - (counted - HIGH);
    (counted.to_bits(), (rest + LOW).to_bits())
}

/// All that has to be known of the elements of a tensor to choose its form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Census {
    /// Number of elements that are neither 0 nor −0.
    pub(super) nonzero: usize,
    /// Whether none is NaN or infinite.
    pub(super) is_finite: bool,
    /// ΣX², if all are finite.
    pub(super) energy: u128,
}

/// Looks at every element of little-endian binary16.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2"))]
pub(super) fn census(data: &[u8]) -> Census {
    let mut census = Census::default();
    let mut largest = 0;
    for chunk in data.chunks(2 * BLOCK * CHUNK) {
        let mut nonzero = 0_u16; // of at most BLOCK * CHUNK elements
        for element in chunk.as_chunks().0 {
            let magnitude = u16::from_le_bytes(*element) & 0x7fff;
            nonzero += u16::from(magnitude != 0);
            largest = magnitude.max(largest);
        }
        census.nonzero += usize::from(nonzero);
        let mut squares = Squares::new();
        let mut four = [[0.0; BLOCK]; 4];
        for blocks in chunk.chunks(8 * BLOCK) {
            fill(&mut four, blocks);
            squares.add(&four);
        }
        census.energy += squares.total();
    }
    census.is_finite = largest < INFINITY;
    census
}

/// Bytes of the elements that [`error`] is given at most.
pub(super) const ERROR_BYTES: usize = 2 * BLOCK * CHUNK;

/// Σ(X − D)² of at most `ERROR_BYTES` of finite elements, where D is what dequantizing gives back (QNT-12).
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2"))]
pub(super) fn error(quantizer: Quantizer, data: &[u8], quantized: &Quantized) -> u128 {
    match quantizer {
        Quantizer::Q4 => error_of_blocks::<16>(data, quantized, unpack),
        Quantizer::I8 => error_of_blocks::<32>(data, quantized, |codes| *codes),
    }
}

/// As [`error`], with `CODES` bytes of codes a block.
#[inline(always)]
fn error_of_blocks<const CODES: usize>(
    data: &[u8],
    quantized: &Quantized,
    unpack: impl Fn(&[u8; CODES]) -> [u8; BLOCK],
) -> u128 {
    let mut squares = Squares::new();
    let mut four = [[0.0; BLOCK]; 4];
    let codes = quantized.codes.chunks(4 * CODES);
    let scales = quantized.scale.chunks(8);
    for ((blocks, codes), scales) in data.chunks(8 * BLOCK).zip(codes).zip(scales) {
        fill(&mut four, blocks);
        let (whole, rest) = codes.as_chunks::<CODES>();
        let last = padded(rest);
        let codes = whole.iter().chain(std::iter::once(&last));
        let scales = scales.as_chunks().0;
        for ((errors, codes), scale) in four.iter_mut().zip(codes).zip(scales) {
            let scale = binary16::widen(u16::from_le_bytes(*scale));
            let mut products = [0.0; BLOCK];
            for (product, code) in products.iter_mut().zip(unpack(codes)) {
                *product = f32::from(i8::from_le_bytes([code])) * scale;
            }
            // Exact: D is 0, or X is at least half and at most twice as large, as codes are the nearest ones.
            for (error, found) in errors.iter_mut().zip(widen(&narrow(&products))) {
                *error -= found;
            }
        }
        squares.add(&four);
    }
    squares.total()
}

/// Reads four blocks of elements, of which the last may lack some: 0 has no energy and no error.
#[inline(always)]
fn fill(four: &mut [[f32; BLOCK]; 4], data: &[u8]) {
    let (whole, rest) = data.as_chunks();
    let last = padded(rest);
    let blocks = whole.iter().chain(std::iter::once(&last));
    let blocks = blocks.chain(std::iter::repeat(&[0; 2 * BLOCK]));
    for (values, block) in four.iter_mut().zip(blocks) {
        *values = widen(&f16_bits(block));
    }
}
