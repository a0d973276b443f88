// The quantizers and sparse tensors of Resonant Protocol 1, and the sums by which adapt chooses among them (specs/quant.md,
// specs/sparse.md, specs/adaptive.md).
//
// nvcc and NVRTC make the kernels of the first part. With -DRESONANT_HOST any C++17 compiler (g++ -x c++) makes the
// functions of the second part, in which loops stand for the grid. What they compute is in arithmetic.cuh, for both.
// Pointers are aligned to their elements. Lengths are checked by the caller.

#include "arithmetic.cuh"

#define EACH_QUANTIZER(DO) \
    DO(quantize_f16_q4, F16, 4) DO(quantize_f32_q4, F32, 4) DO(quantize_bf16_q4, BF16, 4) \
    DO(quantize_f16_i8, F16, 8) DO(quantize_f32_i8, F32, 8) DO(quantize_bf16_i8, BF16, 8)
#define EACH_DEQUANTIZER(DO) DO(dequantize_q4, 4) DO(dequantize_i8, 8)
#define EACH_NARROWER(DO) DO(narrow_f32, u32, 0) DO(narrow_bf16, u16, 16)

#ifndef RESONANT_HOST

// Any grid of blocks of whole warps does: warps walk through the data. A kernel that finds what is to be refused sets
// *refused, which the caller has cleared; the rest of its output is then worth nothing.

constexpr u32 WARP = 32;
constexpr u32 EVERY_LANE = 0xFFFFFFFF;

__device__ __forceinline__ Size warp_number() { return (static_cast<Size>(blockIdx.x) * blockDim.x + threadIdx.x) / WARP; }
__device__ __forceinline__ Size warp_count() { return static_cast<Size>(gridDim.x) * blockDim.x / WARP; }
__device__ __forceinline__ Size thread_number() { return static_cast<Size>(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ __forceinline__ Size thread_count() { return static_cast<Size>(gridDim.x) * blockDim.x; }

// Each lane takes 32 bytes of elements, so that two or four lanes share a block and shuffles between them find A. One lane
// an element would load too little at a time to keep the memory busy, and would compute each scale 32 times.
template <class Source, int bits>
__device__ __forceinline__ void quantize(
    const typename Source::Element *data, Size count, u8 *codes, u16 *scales, u32 *refused)
{
    constexpr u32 N = 32 / sizeof(typename Source::Element);
    using Elements = Run<typename Source::Element, N>;
    using Packed = Codes<bits, N>;
    const bool aligned = is_aligned<Elements>(data) && is_aligned<Packed>(codes);
    for (Size chunk = warp_number(); chunk * (WARP * N) < count; chunk += warp_count()) {
        const Size number = chunk * WARP + threadIdx.x % WARP, first = number * N;
        const bool whole = aligned && first + N <= count;
        const Run<float, N> run = values_of<Source>(load<Elements>(data, first, count, whole));
        float largest = largest_of(run);
#pragma unroll
        for (u32 distance = 1; distance < BLOCK / N; distance *= 2)
            largest = fmaxf(largest, __shfl_xor_sync(EVERY_LANE, largest, distance));
        if (!is_finite(largest))
            *refused = 1;  // QNT-3
        const Scale scale = scale_of<bits>(largest);
        store(codes_of<bits>(run, scale), codes, number * sizeof(Packed), code_bytes(bits, count), whole);
        if (number % (BLOCK / N) == 0 && first < count)
            scales[first / BLOCK] = static_cast<u16>(scale.half);  // QNT-7
    }
}

// scales may be null (QNT-13).
template <int bits>
__device__ __forceinline__ void dequantize(const u8 *codes, Size count, const u16 *scales, u16 *data, u32 *refused)
{
    constexpr u32 N = 8;
    using Packed = Codes<bits, N>;
    using Elements = Run<u16, N>;
    const bool aligned = is_aligned<Packed>(codes) && is_aligned<Elements>(data);
    for (Size number = thread_number(); number * N < count; number += thread_count()) {
        const Size first = number * N;
        const bool whole = aligned && first + N <= count;
        const u16 scale = scales == nullptr ? HALF_ONE : scales[first / BLOCK];
        if (!is_scale(scale))
            *refused = 1;  // QNT-14
        const Packed run = load<Packed>(codes, number * sizeof run, code_bytes(bits, count), whole);
        store(elements_of<bits>(run, scale), data, first, count, whole);
    }
}

#define QUANTIZE(NAME, SOURCE, BITS)                                                                      \
    extern "C" __global__ void __launch_bounds__(256)                                                     \
    NAME(const SOURCE::Element *data, Size count, u8 *codes, u16 *scales, u32 *refused)                   \
    {                                                                                                     \
        quantize<SOURCE, BITS>(data, count, codes, scales, refused);                                      \
    }
#define DEQUANTIZE(NAME, BITS)                                                                            \
    extern "C" __global__ void __launch_bounds__(256)                                                     \
    NAME(const u8 *codes, Size count, const u16 *scales, u16 *data, u32 *refused)                         \
    {                                                                                                     \
        dequantize<BITS>(codes, count, scales, data, refused);                                            \
    }
EACH_QUANTIZER(QUANTIZE)
EACH_DEQUANTIZER(DEQUANTIZE)

// tallies[i]: how many of the 32 elements from 32 i on are kept. Their running sums tell sparse_gather where to write.
extern "C" __global__ void sparse_count(const u16 *dense, Size count, u32 *tallies)
{
    for (Size tile = warp_number(); tile * WARP < count; tile += warp_count()) {
        const Size position = tile * WARP + threadIdx.x % WARP;
        const u32 kept = __ballot_sync(EVERY_LANE, position < count && is_kept(dense[position]));
        if (threadIdx.x % WARP == 0)
            tallies[tile] = __popc(kept);
    }
}

extern "C" __global__ void sparse_gather(
    const u16 *dense, Size count, const u64 *sums, u32 rank, const u32 *dims, u16 *values, u32 *index)
{
    for (Size tile = warp_number(); tile * WARP < count; tile += warp_count()) {
        const u32 lane = threadIdx.x % WARP;
        const Size position = tile * WARP + lane;
        const u32 kept = __ballot_sync(EVERY_LANE, position < count && is_kept(dense[position]));
        if ((kept >> lane & 1) == 0)
            continue;
        const Size row = (tile == 0 ? 0 : sums[tile - 1]) + __popc(kept & ((1u << lane) - 1));
        values[row] = dense[position];
        write_row(position, rank, dims, index + row * rank);
    }
}

extern "C" __global__ void sparse_check(Size nnz, u32 rank, const u32 *dims, const u32 *index, u32 *refused)
{
    for (Size row = thread_number(); row < nnz; row += thread_count())
        if (!row_fits(row, rank, dims, index))
            *refused = 1;
}

// Only for an index that sparse_check lets pass, into a tensor of zeros (SPR-8).
extern "C" __global__ void sparse_scatter(
    Size nnz, u32 rank, const u32 *dims, const u32 *index, const u16 *values, u16 *dense)
{
    for (Size row = thread_number(); row < nnz; row += thread_count())
        dense[position_of(rank, dims, index + row * rank)] = values[row];
}

#define NARROW(NAME, ELEMENT, SHIFT)                                                                      \
    extern "C" __global__ void NAME(const ELEMENT *data, Size count, u16 *halves)                         \
    {                                                                                                     \
        for (Size i = thread_number(); i < count; i += thread_count())                                    \
            halves[i] = converted(static_cast<u32>(data[i]) << SHIFT);                                    \
    }
EACH_NARROWER(NARROW)

// One part of a warp's sums, to two words of 64 bits: what each warp adds to them has 32.
__device__ __forceinline__ void add_part(u64 part, u64 *words)
{
#pragma unroll
    for (u32 distance = 1; distance < WARP; distance *= 2)
        part += __shfl_xor_sync(EVERY_LANE, part, distance);
    if (threadIdx.x % WARP == 0) {
        atomicAdd(&words[0], part & 0xFFFFFFFFu);
        atomicAdd(&words[1], part >> 32);
    }
}

// Σ(exact − back)², of finite numbers; back may be null, for zeros. Six words, cleared by the caller (ADA-6). Exact for up
// to 2^22 elements a warp.
extern "C" __global__ void energy(const u16 *exact, const u16 *back, Size count, u64 *words)
{
    Squares sums = {};
    for (Size i = thread_number(); i < count; i += thread_count())
        add_square(sums, exact[i], back == nullptr ? u16{0} : back[i]);
    add_part(sums.high, words);
    add_part(sums.mixed, words + 2);
    add_part(sums.low, words + 4);
}

#else

// The same jobs under the same names. 0 is success; 1 is a refusal, and the output is then worth nothing.

namespace {

template <class Source, int bits>
int quantize(const typename Source::Element *data, Size count, u8 *codes, u16 *scales)
{
    constexpr u32 N = 16, RUNS = BLOCK / N;
    using Elements = Run<typename Source::Element, N>;
    for (Size block = 0; block < block_count(count); ++block) {
        Run<float, N> runs[RUNS];
        float largest = 0.0f;
        for (u32 i = 0; i < RUNS; ++i) {
            runs[i] = values_of<Source>(load<Elements>(data, block * BLOCK + i * N, count, false));
            largest = fmaxf(largest, largest_of(runs[i]));
        }
        if (!is_finite(largest))
            return 1;  // QNT-3
        const Scale scale = scale_of<bits>(largest);
        for (u32 i = 0; i < RUNS; ++i) {
            const Codes<bits, N> run = codes_of<bits>(runs[i], scale);
            store(run, codes, (block * RUNS + i) * sizeof run, code_bytes(bits, count), false);
        }
        scales[block] = static_cast<u16>(scale.half);  // QNT-7
    }
    return 0;
}

template <int bits>
int dequantize(const u8 *codes, Size count, const u16 *scales, u16 *data)
{
    constexpr u32 N = 16;
    using Packed = Codes<bits, N>;
    for (Size number = 0; number * N < count; ++number) {
        const Size first = number * N;
        const u16 scale = scales == nullptr ? HALF_ONE : scales[first / BLOCK];
        if (!is_scale(scale))
            return 1;  // QNT-14
        const Packed run = load<Packed>(codes, number * sizeof run, code_bytes(bits, count), false);
        store(elements_of<bits>(run, scale), data, first, count, false);
    }
    return 0;
}

}  // namespace

extern "C" {

#define QUANTIZE(NAME, SOURCE, BITS)                                                  \
    int NAME(const SOURCE::Element *data, Size count, u8 *codes, u16 *scales)         \
    {                                                                                 \
        return quantize<SOURCE, BITS>(data, count, codes, scales);                    \
    }
#define DEQUANTIZE(NAME, BITS)                                                        \
    int NAME(const u8 *codes, Size count, const u16 *scales, u16 *data)               \
    {                                                                                 \
        return dequantize<BITS>(codes, count, scales, data);                          \
    }
EACH_QUANTIZER(QUANTIZE)
EACH_DEQUANTIZER(DEQUANTIZE)

Size sparse_count(const u16 *dense, Size count)
{
    Size kept = 0;
    for (Size position = 0; position < count; ++position)
        kept += is_kept(dense[position]);
    return kept;
}

void sparse_gather(const u16 *dense, Size count, u32 rank, const u32 *dims, u16 *values, u32 *index)
{
    Size row = 0;
    for (Size position = 0; position < count; ++position) {
        if (!is_kept(dense[position]))
            continue;
        values[row] = dense[position];
        write_row(position, rank, dims, index + row++ * rank);
    }
}

int sparse_check(Size nnz, u32 rank, const u32 *dims, const u32 *index)
{
    for (Size row = 0; row < nnz; ++row)
        if (!row_fits(row, rank, dims, index))
            return 1;
    return 0;
}

void sparse_scatter(Size nnz, u32 rank, const u32 *dims, const u32 *index, const u16 *values, u16 *dense)
{
    for (Size row = 0; row < nnz; ++row)
        dense[position_of(rank, dims, index + row * rank)] = values[row];
}

#define NARROW(NAME, ELEMENT, SHIFT)                                                  \
    void NAME(const ELEMENT *data, Size count, u16 *halves)                           \
    {                                                                                 \
        for (Size i = 0; i < count; ++i)                                              \
            halves[i] = converted(static_cast<u32>(data[i]) << SHIFT);                \
    }
EACH_NARROWER(NARROW)

void energy(const u16 *exact, const u16 *back, Size count, u64 *words)
{
    constexpr Size MOST = Size{1} << 22;
    for (Size first = 0; first < count; first += MOST) {
        const Size end = count - first < MOST ? count : first + MOST;
        Squares sums = {};
        for (Size i = first; i < end; ++i)
            add_square(sums, exact[i], back == nullptr ? u16{0} : back[i]);
        const u64 parts[3] = {sums.high, sums.mixed, sums.low};
        for (u32 i = 0; i < 3; ++i) {
            words[2 * i] += parts[i] & 0xFFFFFFFFu;
            words[2 * i + 1] += parts[i] >> 32;
        }
    }
}

}  // extern "C"

#endif
