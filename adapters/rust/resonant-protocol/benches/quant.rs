//! Throughput of the quantizers over 1,048,576 binary16 elements, memory for the results included.
//!
//! Prints one line of JSON: 10^9 bytes of binary16 a second (read by `q4_gbps` and `i8_gbps`, written by
//! `deq4_gbps`), `elements_per_s_q4`, and the milliseconds of each under the names of `reference/bench/quant.py`, of
//! which `reference/bench/quant_ratio.py` makes ratios. Everything is measured in turn, and the median round counts.

#[path = "support/hidden_states.rs"]
mod hidden_states;
#[path = "support/timing.rs"]
mod timing;

use std::hint::black_box;

use hidden_states::hidden_states;
use resonant_protocol::quant::{dequantize, quantize, Quantizer, Source};
use timing::{median, seconds};

const ELEMENTS: u32 = 1 << 20;
const ROUNDS: usize = 301;

fn main() {
    let data = hidden_states(ELEMENTS);
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
