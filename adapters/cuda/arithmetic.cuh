// Everything that decides bits (specs/quant.md, specs/sparse.md, specs/adaptive.md), one text for GPU and host; kernels.cu
// puts it to work.
//
// It needs IEEE arithmetic: on the GPU --ftz=false --prec-div=true --fmad=false, on the host -ffp-contract=off
// -fno-fast-math. A binary16 is its bits in a u16 throughout, so that no header of either side is needed for it.
//
// RESONANT_FAULT_RECIPROCAL, _ROUNDF and _FAST_MATH build it wrong on purpose, to show that the suite notices.

#pragma once

#ifdef RESONANT_HOST
#include <cfloat>
#include <cmath>
#include <cstring>
#define BOTH inline
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "elements are read as they lie in memory");
static_assert(FLT_EVAL_METHOD == 0, "binary32 must not be computed in a wider format (try -msse2 -mfpmath=sse)");
#else
#define BOTH __host__ __device__ __forceinline__
#endif

using u8 = unsigned char;
using u16 = unsigned short;
using u32 = unsigned int;
using u64 = unsigned long long;
using Size = decltype(sizeof 0);
static_assert(sizeof(u16) == 2 && sizeof(u32) == 4 && sizeof(u64) == 8, "the widths that the names promise");

constexpr u32 BLOCK = 32;              // elements that share a scale (QNT-1)
constexpr u32 HALF_INFINITE = 0x7C00;  // magnitudes from here on are infinite or NaN
constexpr u32 HALF_ONE = 0x3C00;

// ---- binary32 and its bits

BOTH u32 bits_of(float value)
{
    u32 bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

BOTH float float_of(u32 bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// What nvcc -use_fast_math does to this file: it flushes subnormal numbers. Its other liberties change no result here.
BOTH float flushed(float value)
{
#ifdef RESONANT_FAULT_FAST_MATH
    return (bits_of(value) & 0x7F800000u) != 0 ? value : float_of(bits_of(value) & 0x80000000u);
#else
    return value;
#endif
}

// ---- binary16
//
// A binary16 shifted to the exponent and fraction of a binary32 is that number times 2^-112: subnormal numbers stay
// subnormal, and 0x7C00 and above become the finite numbers from 65536 · 2^-112 on.

BOTH float placed(u32 half)
{
    const int extended = static_cast<short>(half);  // brings a copy of the sign to where it belongs
    return float_of(static_cast<u32>(extended) << 13 & 0x8FFFE000u);
}

BOTH float widened(u32 half) { return flushed(placed(half)) * 0x1p112f; }

// The inverse of placed for a magnitude, by RNE; from 65520 on infinite.
BOTH u32 lifted(float magnitude)
{
    const u32 bits = bits_of(fminf(magnitude, float_of(HALF_INFINITE << 13)));
    return (bits + 0xFFF + (bits >> 13 & 1)) >> 13;
}

// RNE16 of a binary32 (QNT-2). A NaN becomes an infinity: whoever takes elements in refuses both.
BOTH u16 narrowed(u32 bits)
{
    const u32 magnitude = bits & 0x7FFFFFFFu;
    const u32 normal = ((magnitude + 0xFFF + (magnitude >> 13 & 1)) >> 13) - (112u << 10);
    // From 0.5 on binary32 has the spacing of binary16 subnormals, so that the addition rounds as it should.
    const u32 subnormal = bits_of(float_of(magnitude) + 0.5f) - 0x3F000000u;
    const u32 half = magnitude < 0x38800000u ? subnormal : normal;
    return static_cast<u16>((half < HALF_INFINITE ? half : HALF_INFINITE) | (bits >> 16 & 0x8000u));
}

struct F16 {
    using Element = u16;
    static BOTH u16 half(u16 element) { return element; }
};

struct F32 {
    using Element = u32;
    static BOTH u16 half(u32 element) { return narrowed(element); }
};

struct BF16 {
    using Element = u16;
    static BOTH u16 half(u16 element) { return narrowed(static_cast<u32>(element) << 16); }
};

// ---- scales, codes, elements

template <int bits>
struct Width {
    static constexpr int Q = bits == 4 ? 7 : 127;
    static constexpr u32 greatest_scale = bits == 4 ? 0x7091 : 0x6007;
    static constexpr u32 sign = 1u << (bits - 1);
    static constexpr u32 signs = bits == 4 ? 0x88888888 : 0x80808080;  // of the codes in a word
};

struct Scale {
    u32 half;
    float value;
    float inverse;
};

// x / y from y and 1 / y. Their product errs by less than 2^-14 here, while x / s is either halfway between two integers or
// at least 2^-13 away from that. So the product alone could only miss ties, and one step of Newton with the exact remainder
// makes those exact. It costs a fraction of a division.
BOTH float ratio(float x, [[maybe_unused]] float y, float inverse)
{
    const float near = x * inverse;
#ifdef RESONANT_FAULT_RECIPROCAL
    return near;
#else
    return fmaf(fmaf(-near, y, x), inverse, near);
#endif
}

// A / Q is never near enough to halfway between two binary16 for its two roundings to differ from one.
template <int bits>
BOTH Scale scale_of(float largest)  // QNT-4; largest is A
{
    constexpr float Q = Width<bits>::Q;
    const u32 rounded = lifted(flushed(ratio(largest, Q, 1.0f / Q) * 0x1p-112f));
    const u32 half = rounded < Width<bits>::greatest_scale ? rounded : Width<bits>::greatest_scale;
    const float value = widened(half);
    // Where the scale is 0, every x is so small that 1 in its place makes the codes 0 (QNT-5).
    return {half, value, 1.0f / (half == 0 ? 1.0f : value)};
}

// The code of x plus 8 or 128, so that it is positive (QNT-6).
template <int bits>
BOTH u32 biased_code(float x, const Scale &scale)
{
    const float exact = ratio(x, scale.value, scale.inverse);
#ifdef RESONANT_FAULT_ROUNDF
    const int code = static_cast<int>(roundf(exact));
#else
    // Adding 1.5 · 2^23 rounds to an integer, ties to even, and leaves it in the low bits.
    const int code = static_cast<int>(bits_of(exact + 0x1.8p23f) - 0x4B400000u);
#endif
    constexpr int Q = Width<bits>::Q, bias = Width<bits>::sign;
    const int biased = code + bias;
    return biased < bias - Q ? bias - Q : biased > bias + Q ? bias + Q : biased;
}

// An element from its biased code and its placed scale (QNT-12). The product is exact in binary32, also where it is subnormal.
template <int bits>
BOTH u16 element_of(u32 biased, float placed_scale)
{
    const float code = float_of(0x4B000000u | biased) - static_cast<float>(0x800000u + Width<bits>::sign);
    const float product = flushed(code * flushed(placed_scale));
    return static_cast<u16>(lifted(fabsf(product)) | (bits_of(product) >> 16 & 0x8000u));
}

// ---- runs: what one thread takes at a time, N elements of one block, and their codes

template <typename T, u32 N>
struct alignas(16) Run {
    T at[N];
};

template <int bits, u32 N>
struct alignas(N * bits / 8) Codes {
    static_assert(N * bits / 8 <= 16, "one access stores them all");
    u32 at[N * bits / 32];
};

template <typename T>
BOTH bool is_aligned(const void *start)
{
    return reinterpret_cast<Size>(start) % alignof(T) == 0;
}

// A run that starts at number `first` of `count` elements (or bytes, for codes). Whole: by one access of a full, aligned
// run. Otherwise each for itself, 0 beyond the end.
template <class T, typename Element>
BOTH T load(const Element *from, Size first, Size count, bool whole)
{
    if (whole)
        return *reinterpret_cast<const T *>(from + first);
    Element elements[sizeof(T) / sizeof(Element)];
#pragma unroll
    for (u32 i = 0; i < sizeof(T) / sizeof(Element); ++i)
        elements[i] = first + i < count ? from[first + i] : Element{0};
    T run;
    memcpy(&run, elements, sizeof run);
    return run;
}

template <class T, typename Element>
BOTH void store(const T &run, Element *to, Size first, Size count, bool whole)
{
    if (whole) {
        *reinterpret_cast<T *>(to + first) = run;
        return;
    }
    Element elements[sizeof(T) / sizeof(Element)];
    memcpy(elements, &run, sizeof run);
#pragma unroll
    for (u32 i = 0; i < sizeof(T) / sizeof(Element); ++i)
        if (first + i < count)
            to[first + i] = elements[i];
}

BOTH Size code_bytes(int bits, Size count) { return bits == 8 ? count : count / 2 + count % 2; }

BOTH Size block_count(Size count) { return count / BLOCK + (count % BLOCK != 0); }

template <class Source, u32 N>
BOTH Run<float, N> values_of(const Run<typename Source::Element, N> &elements)
{
    Run<float, N> values;
#pragma unroll
    for (u32 i = 0; i < N; ++i)
        values.at[i] = widened(Source::half(elements.at[i]));
    return values;
}

template <u32 N>
BOTH float largest_of(const Run<float, N> &values)
{
    float largest = 0.0f;
#pragma unroll
    for (u32 i = 0; i < N; ++i)
        largest = fmaxf(largest, fabsf(values.at[i]));
    return largest;
}

BOTH bool is_finite(float largest) { return largest < 65536.0f; }  // QNT-3, of widened numbers

// QNT-8 and QNT-9; the zeros beyond the end make the high nibble of QNT-10.
template <int bits, u32 N>
BOTH Codes<bits, N> codes_of(const Run<float, N> &values, const Scale &scale)
{
    Codes<bits, N> codes = {};
#pragma unroll
    for (u32 i = 0; i < N; ++i) {
        const u32 shift = i * bits % 32;
        codes.at[i * bits / 32] += biased_code<bits>(values.at[i], scale) << shift;
    }
#pragma unroll
    for (u32 i = 0; i < N * bits / 32; ++i)
        codes.at[i] ^= Width<bits>::signs;
    return codes;
}

// −8 and −128 are read as such (QNT-11).
template <int bits, u32 N>
BOTH Run<u16, N> elements_of(const Codes<bits, N> &codes, u16 scale)
{
    Run<u16, N> elements;
#pragma unroll
    for (u32 i = 0; i < N; ++i) {
        const u32 biased = (codes.at[i * bits / 32] ^ Width<bits>::signs) >> i * bits % 32;
        elements.at[i] = element_of<bits>(biased & (2 * Width<bits>::sign - 1), placed(scale));
    }
    return elements;
}

BOTH bool is_scale(u16 half) { return half < HALF_INFINITE; }  // MSG-9: neither signed nor infinite nor NaN

// ---- sparse tensors: rows of rank coordinates

BOTH bool is_kept(u16 half) { return (half & 0x7FFFu) != 0; }  // SPR-7

BOTH void write_row(Size position, u32 rank, const u32 *dims, u32 *row)
{
    for (u32 i = rank; i-- > 0; position /= dims[i])
        row[i] = static_cast<u32>(position % dims[i]);
}

BOTH bool row_fits(Size number, u32 rank, const u32 *dims, const u32 *index)  // SPR-4, SPR-5
{
    const u32 *row = index + number * rank;
    const u32 *before = number == 0 ? row : row - rank;
    bool ascends = number == 0;
    for (u32 i = 0; i < rank; ++i) {
        if (row[i] >= dims[i] || (!ascends && row[i] < before[i]))
            return false;
        ascends = ascends || row[i] > before[i];
    }
    return ascends;
}

BOTH Size position_of(u32 rank, const u32 *dims, const u32 *row)  // of a row that fits
{
    Size position = 0;
    for (u32 i = 0; i < rank; ++i)
        position = position * dims[i] + row[i];
    return position;
}

// ---- what adapt compares, in units of 2^-24

BOTH u16 converted(u32 bits)  // ADA-1: as QNT-2, but for NaN
{
    return (bits & 0x7FFFFFFFu) > 0x7F800000u ? u16{0x7E00} : narrowed(bits);
}

BOTH long long units_of(u16 half)  // of a finite one, less than 2^40 in magnitude
{
    const u32 exponent = half >> 10 & 31, fraction = half & 0x3FFu;
    const long long units = exponent == 0 ? fraction : static_cast<long long>(0x400u | fraction) << (exponent - 1);
    return (half & 0x8000u) != 0 ? -units : units;
}

// The sum of squares of numbers of 41 bits, exact for up to 2^22 of them: of a number high · 2^21 + low, it has the parts
// high², high · low and low², each less than 2^42.
struct Squares {
    u64 high, mixed, low;
};

BOTH void add_square(Squares &sums, u16 exact, u16 back)  // of the difference
{
    const long long apart = units_of(exact) - units_of(back);
    const u64 distance = static_cast<u64>(apart < 0 ? -apart : apart);
    const u64 high = distance >> 21, low = distance & 0x1FFFFFu;
    sums.high += high * high;
    sums.mixed += high * low;
    sums.low += low * low;
}
