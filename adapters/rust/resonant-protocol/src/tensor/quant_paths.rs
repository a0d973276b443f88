//! Tests of the quantizers in each set of instructions by itself, the plain one included, whatever would be chosen.

use multiversion::multiversion;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::quant::quantize;
use super::quant_blocks;
use super::quantizer::{Quantized, Quantizer, Source, BLOCK};
use crate::error::FrameError;

type Quantize = fn(Quantizer, Source, usize, &[u8]) -> Result<Quantized, FrameError>;
type Dequantize = fn(Quantizer, &[u8], Option<&[u8]>, &mut [u8]);

/// The loops that [`super::quant`] chooses among, in one set of instructions.
struct Path {
    name: &'static str,
    quantize: Quantize,
    dequantize: Dequantize,
}

/// A path that has only these instructions. Where the processor lacks them it is the plain one again.
macro_rules! path {
    ($name:ident $(, $target:tt)?) => {{
        $(#[multiversion(targets($target))])?
        fn quantize(
            quantizer: Quantizer,
            source: Source,
            count: usize,
            data: &[u8],
        ) -> Result<Quantized, FrameError> {
            quant_blocks::quantize_source(quantizer, source, count, data)
        }
        $(#[multiversion(targets($target))])?
        fn dequantize(quantizer: Quantizer, codes: &[u8], scale: Option<&[u8]>, data: &mut [u8]) {
            quant_blocks::dequantize(quantizer, codes, scale, data);
        }
        let name = stringify!($name);
        Path { name, quantize, dequantize }
    }};
}

/// The plain one first.
fn paths() -> [Path; 3] {
    [
        path!(plain),
        path!(avx2, "x86_64+avx2"),
        path!(avx512, "x86_64+avx512f+avx512bw+avx512vl"),
    ]
}

/// Little-endian binary32 around what binary16 can be, with ties, subnormals, zeros and now and then too much.
struct Elements(u64);

impl Elements {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let [a, b, c, d, ..] = self.0.to_le_bytes();
        let bits = u32::from_le_bytes([a, b, c, d]);
        match bits % 19 {
            0 => bits & 0x8000_0000,
            1..=6 => (bits & 0x8000_1000) | 0x3e00_0000, // few different ones, ties among them
            7 => bits & 0x807f_ffff,                     // nothing, in binary16
            _ => (bits & 0x87ff_ffff) | 0x3800_0000,
        }
    }

    /// A buffer of this many elements of a source.
    fn buffer(&mut self, source: Source, count: usize) -> Vec<u8> {
        let mut data = Vec::new();
        for _ in 0..count {
            let value = f32::from_bits(self.next());
            match source {
                Source::F16 => data.extend(half::f16::from_f32_const(value).to_le_bytes()),
                Source::F32 => data.extend(value.to_le_bytes()),
                Source::Bf16 => data.extend(value.to_le_bytes().iter().skip(2)),
            }
        }
        data
    }
}

#[test]
fn every_path_gives_the_bits_of_the_plain_one() {
    let mut elements = Elements(0x9e37_79b9_7f4a_7c15);
    let [plain, others @ ..] = paths();
    let sources = [Source::F16, Source::F32, Source::Bf16];
    for count in (0..=200).chain([1000, 4095, 4097]) {
        for (quantizer, source) in [Quantizer::Q4, Quantizer::I8]
            .iter()
            .flat_map(|quantizer| sources.map(|source| (*quantizer, source)))
        {
            let data = elements.buffer(source, count);
            let expected = (plain.quantize)(quantizer, source, count, &data);
            assert_eq!(quantize(quantizer, source, &data), expected);
            for path in &others {
                let found = (path.quantize)(quantizer, source, count, &data);
                assert_eq!(
                    found,
                    expected,
                    "{} of {count} in {}",
                    data.len(),
                    path.name
                );
            }
            // Codes and scales of any bits: the latter reach infinity in the products.
            let codes = elements.buffer(Source::F32, count.div_ceil(4) + 1);
            let codes = codes.get(..quantizer.codes_len(count)).unwrap_or_default();
            let scales = elements.buffer(Source::F16, count.div_ceil(BLOCK));
            let scales: Vec<u8> = scales
                .as_chunks()
                .0
                .iter()
                .flat_map(|[low, high]| [*low, high & 0x7f])
                .collect();
            let room = count.div_ceil(BLOCK) * 2 * BLOCK;
            let mut expected = vec![0; room];
            (plain.dequantize)(quantizer, codes, Some(&scales), &mut expected);
            for path in &others {
                let mut found = vec![1; room];
                (path.dequantize)(quantizer, codes, Some(&scales), &mut found);
                assert_eq!(found, expected, "{count} elements in {}", path.name);
            }
        }
    }
}

/// Bytes of hexadecimal.
fn bytes(value: &Value) -> Vec<u8> {
    let digits = value.as_str().expect("hexadecimal").as_bytes();
    let pairs = digits.as_chunks().0.iter();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16);
    pairs.map(|pair| byte(pair).expect("digits")).collect()
}

/// Whether bytes are those that a case expects, which has them as they are or by their hash.
fn are(found: &[u8], expected: &Value, name: &str) -> bool {
    match expected.get(name) {
        Some(expected) => found == bytes(expected),
        None => Sha256::digest(found).to_vec() == bytes(&expected[format!("{name}_sha256")]),
    }
}

/// Whether a path agrees with a golden case, as far as it depends on a path.
fn agrees(path: &Path, input: &Value, expect: &Value) -> bool {
    let quantizer = match input["bits"].as_u64() {
        Some(4) => Quantizer::Q4,
        _ => Quantizer::I8,
    };
    let (source, element) = match input["source"].as_str() {
        Some("f16") => (Source::F16, 2),
        Some("f32") => (Source::F32, 4),
        Some(_) => (Source::Bf16, 2),
        None => return dequantizes(path, quantizer, input, expect),
    };
    let data = bytes(&input["data"]);
    if !data.len().is_multiple_of(element) {
        return true; // refused before any path is taken
    }
    match (path.quantize)(quantizer, source, data.len() / element, &data) {
        Ok(found) => expect
            .get("ok")
            .is_some_and(|ok| are(&found.codes, ok, "codes") && are(&found.scale, ok, "scale")),
        Err(error) => expect["reject"] == error.code().as_str(),
    }
}

fn dequantizes(path: &Path, quantizer: Quantizer, input: &Value, expect: &Value) -> bool {
    let Some(expected) = expect.get("ok") else {
        return true; // refused before any path is taken
    };
    let count = input["count"].as_u64().expect("a count");
    let count = usize::try_from(count).expect("a small one");
    let scale = input.get("scale").map(bytes);
    let mut data = vec![1; count.div_ceil(BLOCK) * 2 * BLOCK];
    (path.dequantize)(
        quantizer,
        &bytes(&input["codes"]),
        scale.as_deref(),
        &mut data,
    );
    data.truncate(2 * count);
    are(&data, expected, "data")
}

#[test]
fn every_path_agrees_with_the_golden_vectors() {
    let mut cases = 0;
    for op in ["quantize", "dequantize"] {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../vectors/data/quant/");
        for file in std::fs::read_dir(format!("{folder}{op}")).expect("the vectors") {
            let text = std::fs::read(file.expect("a file").path()).expect("a file");
            let file: Value = serde_json::from_slice(&text).expect("JSON");
            for case in file["cases"].as_array().expect("cases") {
                for path in paths() {
                    let (id, name) = (&case["id"], path.name);
                    let agrees = agrees(&path, &case["input"], &case["expect"]);
                    assert!(agrees, "{op} {id} in {name}");
                }
                cases += 1;
            }
        }
    }
    assert!(cases > 300, "only {cases} cases");
}
