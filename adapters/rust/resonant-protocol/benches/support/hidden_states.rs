//! Tensors like those of models.

/// So many binary16 elements like those of hidden states: of both signs, sums of a few even ones, few of them large.
pub fn hidden_states(count: u32) -> Vec<u8> {
    let mut state = 1_u32;
    let mut even = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from(u16::try_from(state >> 16).expect("16 bits")) / 32_768.0 - 1.0
    };
    let elements = (0..count).map(|_| even() + even() + even());
    let binary16 = elements.map(|element| half::f16::from_f32(element).to_le_bytes());
    binary16.flatten().collect()
}
