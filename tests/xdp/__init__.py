# SPDX-License-Identifier: Apache-2.0
"""The packet filter and its loader, on interfaces in namespaces that the tests make.

    bpf        the bpf(2) calls that the tests need, without the library that the loader uses
    cases      the packet table: frame, expected reason and verdict
    model      what the filter must find in a frame, written from the RFCs
    frames     frames at random
    sequences  sequences of frames to put to a kernel that listens
"""
