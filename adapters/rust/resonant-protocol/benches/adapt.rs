//! Time of a choice of form beside that of quantizing by I8 and by Q4, over 1,048,576 binary16 elements.
//!
//! Prints one line of JSON: the milliseconds of each, and how many times those of `quantize` by the chosen form the
//! choice takes: `q4_of_quantize` where Q4, which is tried first, passes, and `i8_of_quantize` where it does not and I8
//! does. Everything is measured in turn, and the median round counts.

#[path = "support/hidden_states.rs"]
mod hidden_states;
#[path = "support/timing.rs"]
mod timing;

use std::hint::black_box;

use hidden_states::hidden_states;
use resonant_protocol::adapt::{adapt, Terms};
use resonant_protocol::quant::{quantize, Quantizer, Source};
use resonant_protocol::DType;
use timing::{median, seconds};

const ELEMENTS: u32 = 1 << 20;
const ROUNDS: usize = 101;
const ALL: [DType; 4] = [DType::F16, DType::I8, DType::Q4, DType::SparseCoo];

fn main() {
    let data = hidden_states(ELEMENTS);
    let choose = |tolerance| {
        let terms = Terms {
            allow: &ALL,
            tolerance,
            budget: None,
        };
        adapt(Source::F16, &[ELEMENTS], black_box(&data), &terms).expect("a form")
    };
    assert_eq!(choose(1 << 24).dtype(), DType::Q4);
    assert_eq!(choose(1 << 12).dtype(), DType::I8);
    let mut times = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        let [q4, i8, adapt_q4, adapt_i8] = &mut times;
        q4.push(seconds(|| {
            quantize(Quantizer::Q4, Source::F16, black_box(&data))
        }));
        i8.push(seconds(|| {
            quantize(Quantizer::I8, Source::F16, black_box(&data))
        }));
        adapt_q4.push(seconds(|| choose(1 << 24)));
        adapt_i8.push(seconds(|| choose(1 << 12)));
    }
    let [q4, i8, adapt_q4, adapt_i8] = times.map(|mut times| median(&mut times) * 1e3);
    println!(
        "{{\"q4_ms\":{q4:.3},\"i8_ms\":{i8:.3},\"adapt_q4_ms\":{adapt_q4:.3},\"adapt_i8_ms\":{adapt_i8:.3},\
         \"q4_of_quantize\":{:.2},\"i8_of_quantize\":{:.2}}}",
        adapt_q4 / q4,
        adapt_i8 / i8
    );
}
