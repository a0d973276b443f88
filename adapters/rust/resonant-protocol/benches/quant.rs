//! Throughput of the quantizers over 1,048,576 binary16 elements, memory for the results included.
//!
//! Prints one line of JSON: 10^9 bytes of binary16 a second (read by `q4_gbps` and `i8_gbps`, written by
//! `deq4_gbps`), `elements_per_s_q4`, and the milliseconds of each under the names of `reference/bench/quant.py`, of
//! which `reference/bench/quant_ratio.py` makes ratios. Everything is measured in turn, and the median round counts.

use std::hint::black_box;
use std::time::Instant;

use resonant_protocol::quant::{dequantize, quantize, Quantizer, Source};

const ELEMENTS: u32 = 1 << 20;
const ROUNDS: usize = 301;

fn main() {
    let data = sample();
    let count = data.len() / 2;
    let quantized = quantize(Quantizer::Q4, Source::F16, &data).expect("finite elements");
    let quantize = |quantizer| {
        let found = quantize(quantizer, Source::F16, black_box(&data));
        found.map(|found| found.codes.len())
    };
    let dequantize = || {
        let (codes, scale) = (black_box(&quantized.codes), &quantized.scale);
        dequantize(Quantizer::Q4, count, codes, Some(scale)).map(|data| data.len())
    };
    let [mut q4, mut i8, mut deq4] = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        q4.push(seconds(|| quantize(Quantizer::Q4)));
        i8.push(seconds(|| quantize(Quantizer::I8)));
        deq4.push(seconds(dequantize));
    }
    let elements_per_s = f64::from(ELEMENTS) / median(&mut q4);
    let times = [&mut q4, &mut i8, &mut deq4].map(|times| median(times));
    let [q4_gbps, i8_gbps, deq4_gbps] = times.map(|time| f64::from(ELEMENTS) * 2.0 / time / 1e9);
    let [q4_ms, i8_ms, deq4_ms] = times.map(|time| time * 1e3);
    println!(
        "{{\"q4_gbps\":{q4_gbps:.2},\"i8_gbps\":{i8_gbps:.2},\"deq4_gbps\":{deq4_gbps:.2},\
         \"elements_per_s_q4\":{elements_per_s:.0},\
         \"q4_ms\":{q4_ms:.3},\"i8_ms\":{i8_ms:.3},\"deq4_ms\":{deq4_ms:.3}}}"
    );
}

/// Elements like those of hidden states: of both signs, sums of a few even ones, few of them large.
fn sample() -> Vec<u8> {
    let mut state = 1_u32;
    let mut even = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from(u16::try_from(state >> 16).expect("16 bits")) / 32_768.0 - 1.0
    };
    let elements = (0..ELEMENTS).map(|_| even() + even() + even());
    let binary16 = elements.map(|element| half::f16::from_f32(element).to_le_bytes());
    binary16.flatten().collect()
}

/// Seconds that one call takes.
fn seconds<T>(call: impl Fn() -> T) -> f64 {
    let start = Instant::now();
    black_box(call());
    start.elapsed().as_secs_f64()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
