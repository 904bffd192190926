# SPDX-License-Identifier: Apache-2.0
"""exogate-bench: that it measures what it says, never how fast anything is."""
