"""The CUDA adapter: kernels, the testee around them, and what the host build in adapters/cuda-host shares with it."""
