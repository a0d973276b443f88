// The kernels without a GPU: threads stand for the lanes of a warp, one warp after the other. It shows that every element is
// taken, by the right lane and into the right place; what a lane computes is compared on the host anyway.

#include <barrier>
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

#define __host__
#define __device__
#define __global__
#define __forceinline__ inline
#define __launch_bounds__(...)

struct Triple {
    unsigned x;
};
static Triple blockIdx, blockDim, gridDim;
static thread_local Triple threadIdx;

static std::barrier<> *together;  // of the warp that runs
static unsigned long long shown[32];

template <typename T>
T __shfl_xor_sync(unsigned, T value, unsigned distance)
{
    const unsigned lane = threadIdx.x % 32;
    std::memcpy(&shown[lane], &value, sizeof value);
    together->arrive_and_wait();
    std::memcpy(&value, &shown[lane ^ distance], sizeof value);
    together->arrive_and_wait();
    return value;
}

inline unsigned __ballot_sync(unsigned, bool vote)
{
    shown[threadIdx.x % 32] = vote;
    together->arrive_and_wait();
    unsigned votes = 0;
    for (unsigned lane = 0; lane < 32; ++lane)
        votes |= static_cast<unsigned>(shown[lane]) << lane;
    together->arrive_and_wait();
    return votes;
}

inline unsigned __popc(unsigned bits) { return static_cast<unsigned>(__builtin_popcount(bits)); }

inline void atomicAdd(unsigned long long *to, unsigned long long value) { __atomic_fetch_add(to, value, __ATOMIC_RELAXED); }

#include "../kernels.cu"

namespace {

template <typename Kernel, typename... Arguments>
void launch(unsigned blocks, unsigned threads, Kernel kernel, Arguments... arguments)
{
    gridDim.x = blocks, blockDim.x = threads;
    for (unsigned block = 0; block < blocks; ++block)
        for (unsigned warp = 0; warp < threads / 32; ++warp) {
            blockIdx.x = block;
            std::barrier<> barrier(32);
            together = &barrier;
            std::vector<std::thread> lanes;
            for (unsigned lane = 0; lane < 32; ++lane)
                lanes.emplace_back([=, &barrier] {
                    threadIdx.x = warp * 32 + lane;
                    kernel(arguments...);
                    barrier.arrive_and_drop();
                });
            for (std::thread &lane : lanes)
                lane.join();
        }
}

constexpr unsigned GRID = 2, THREADS = 64;  // less than most data needs, so that warps come round again

}  // namespace

extern "C" {

#define RUN_QUANTIZE(NAME, SOURCE, BITS)                                                             \
    int run_##NAME(const SOURCE::Element *data, Size count, u8 *codes, u16 *scales)                  \
    {                                                                                                \
        u32 refused = 0;                                                                             \
        launch(GRID, THREADS, NAME, data, count, codes, scales, &refused);                           \
        return static_cast<int>(refused);                                                            \
    }
#define RUN_DEQUANTIZE(NAME, BITS)                                                                   \
    int run_##NAME(const u8 *codes, Size count, const u16 *scales, u16 *data)                        \
    {                                                                                                \
        u32 refused = 0;                                                                             \
        launch(GRID, THREADS, NAME, codes, count, scales, data, &refused);                           \
        return static_cast<int>(refused);                                                            \
    }
EACH_QUANTIZER(RUN_QUANTIZE)
EACH_DEQUANTIZER(RUN_DEQUANTIZE)

static std::vector<u64> running_sums(const u16 *dense, Size count)
{
    std::vector<u32> tallies(count / WARP + 1);
    launch(GRID, THREADS, sparse_count, dense, count, tallies.data());
    std::vector<u64> sums(tallies.begin(), tallies.end());
    for (Size i = 1; i < sums.size(); ++i)
        sums[i] += sums[i - 1];
    return sums;
}

Size run_sparse_count(const u16 *dense, Size count) { return running_sums(dense, count).back(); }

void run_sparse_gather(const u16 *dense, Size count, u32 rank, const u32 *dims, u16 *values, u32 *index)
{
    const std::vector<u64> sums = running_sums(dense, count);
    launch(GRID, THREADS, sparse_gather, dense, count, sums.data(), rank, dims, values, index);
}

int run_sparse_check(Size nnz, u32 rank, const u32 *dims, const u32 *index)
{
    u32 refused = 0;
    launch(GRID, THREADS, sparse_check, nnz, rank, dims, index, &refused);
    return static_cast<int>(refused);
}

void run_sparse_scatter(Size nnz, u32 rank, const u32 *dims, const u32 *index, const u16 *values, u16 *dense)
{
    launch(GRID, THREADS, sparse_scatter, nnz, rank, dims, index, values, dense);
}

#define RUN_NARROW(NAME, ELEMENT, SHIFT)                                                             \
    void run_##NAME(const ELEMENT *data, Size count, u16 *halves)                                    \
    {                                                                                                \
        launch(GRID, THREADS, NAME, data, count, halves);                                            \
    }
EACH_NARROWER(RUN_NARROW)

void run_energy(const u16 *exact, const u16 *back, Size count, u64 *words)
{
    launch(GRID, THREADS, energy, exact, back, count, words);
}

}  // extern "C"
