# SPDX-License-Identifier: Apache-2.0
#
# One Makefile, no recursion.  Sources are found by folder; each folder compiles with only the -I
# that its layer is entitled to (make check-layers proves the rest).
#
#   build/            release programs and objects
#   build/asan/       the same with AddressSanitizer and UndefinedBehaviorSanitizer, and the tests

ifeq ($(origin CC),default)
CC       := gcc
endif
CLANG    ?= clang
BPFTOOL  ?= /usr/sbin/bpftool
PYTHON   := /usr/bin/python3
SHELL    := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:

VERSION  := 0.1.0
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)

WARN     := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wwrite-strings -Wvla -Wundef
CFLAGS   ?= -O2 -g
HARDEN   := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
LDFLAGS  ?= -Wl,-z,relro,-z,now -pie
# Across files: a message passes through many small functions, and costs a fifth less so.
LTO      := -flto=auto -ffat-lto-objects
RELEASE  = $(CC) $(CFLAGS) $(LTO) $(LDFLAGS)
COMMON   := -std=gnu11 $(WARN) -D_GNU_SOURCE -DEXOGATE_VERSION='"$(VERSION)"' -MMD -MP
SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# make V=1 shows the commands.
ifeq ($(V),1)
run = $(2)
else
run = @printf '  %-8s%s\n' '$(1)' '$@'; $(2)
endif

# What each layer may include: its own folder and those below it.
INC_core    := -Idaemon/core -Iloader/acl
INC_settings := -Idaemon/settings $(INC_core)
INC_crypto  := -Idaemon/crypto $(INC_core)
INC_io      := -Idaemon/io -Idaemon/crypto $(INC_settings)
INC_exota   := -Idaemon/exota $(INC_settings)
INC_explain := -Idaemon/explain $(INC_settings)
INC_cmd     := -Idaemon/cmd -Idaemon/exota -Idaemon/explain $(INC_io)
INC_daemon  := $(INC_cmd)
INC_acl     := -Iloader/acl
INC_lists   := -Iloader/lists -Iloader/acl -Ibpf
INC_loader  := -Iloader $(INC_lists) -isystem build/bpf
INC_unit    := -Itests/unit $(INC_core) -Idaemon/settings -Idaemon/crypto -Idaemon/io $(INC_lists) -Ibench
INC_probe   := $(INC_crypto) -Idaemon/settings
INC_xprobe  := -Ibpf
INC_ioprobe := $(INC_io)
INC_bench   := -Ibench $(INC_settings) -Idaemon/crypto
INC_peer    := $(INC_bench)
INC_bench_xdp := -Ibench/xdp -Ibench $(INC_loader)

SRC_core    := $(wildcard daemon/core/*.c)
SRC_settings := $(wildcard daemon/settings/*.c)
SRC_crypto  := $(wildcard daemon/crypto/*.c)
SRC_io      := $(wildcard daemon/io/*.c)
SRC_exota   := $(wildcard daemon/exota/*.c)
SRC_explain := $(wildcard daemon/explain/*.c)
SRC_cmd     := $(wildcard daemon/cmd/*.c)
SRC_daemon  := $(wildcard daemon/*.c)
SRC_acl     := $(wildcard loader/acl/*.c)
SRC_lists   := $(wildcard loader/lists/*.c)
SRC_loader  := $(wildcard loader/*.c)
SRC_unit    := $(wildcard tests/unit/*.c)
SRC_probe   := $(wildcard tests/conformance/probe_*.c)
SRC_xprobe  := $(wildcard tests/xdp/probe_*.c)
SRC_ioprobe := $(wildcard tests/resolver/probe_*.c)
SRC_bench   := $(wildcard bench/*.c)
SRC_peer    := $(wildcard bench/peers/*.c)
SRC_bench_xdp := $(filter-out %.bpf.c,$(wildcard bench/xdp/*.c))
LAYERS      := core settings crypto exota explain io cmd daemon acl lists loader unit probe xprobe ioprobe bench bench_xdp peer

LIBS_daemon := -lconfig -ljansson -lsystemd -l:liburing.a -lmilter -lcares -lidn2 -lcrypto -pthread
LIBS_loader := -lxdp -lbpf -lelf -lz -ljansson
LIBS_unit   := -ljansson -lz -l:liburing.a -lmilter -lidn2 -lcrypto
LIBS_bench  := $(LIBS_daemon) $(LIBS_loader) -lcrypto -lm

C_FILES     := $(foreach l,$(LAYERS),$(SRC_$(l))) $(wildcard bpf/*.c bench/xdp/*.bpf.c) $(wildcard tests/fuzz/*.c tests/reliability/*.c)
H_FILES     := $(wildcard bpf/*.h daemon/*/*.h loader/*.h loader/acl/*.h loader/lists/*.h tests/unit/*.h tests/conformance/*.h tests/fuzz/*.h bench/*.h bench/xdp/*.h)
SH_FILES    := $(wildcard contrib/*.sh contrib/*/*.sh .ci/run)

obj = $(patsubst %.c,build/obj/%.o,$(1))
san = $(patsubst %.c,build/asan/obj/%.o,$(1))

.PHONY: all
all: build/exogated build/exogate-xdp build/exogate-bench ## build the release programs into build/ (the default)

# --- rules --------------------------------------------------------------------------------------

define layer_rules
$(call obj,$(SRC_$(1))): build/obj/%.o: %.c
	@mkdir -p $$(@D)
	$$(call run,CC,$$(CC) $$(COMMON) $$(HARDEN) $$(CFLAGS) $$(LTO) $$(INC_$(1)) -c -o $$@ $$<)
$(call san,$(SRC_$(1))): build/asan/obj/%.o: %.c
	@mkdir -p $$(@D)
	$$(call run,CC,$$(CC) $$(COMMON) $$(SANITIZE) $$(INC_$(1)) -c -o $$@ $$<)
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rules,$(l))))

# For the CPUs that have AVX2; the others have the same code without.
SRC_avx2 := daemon/core/dkim_block_avx2.c
ifneq ($(filter x86_64%,$(MULTIARCH)),)
$(call obj,$(SRC_avx2)) $(call san,$(SRC_avx2)) $(patsubst %.c,build/fuzz/obj/%.o,$(SRC_avx2)): COMMON += -mavx2
endif

$(call obj,$(SRC_loader)) $(call san,$(SRC_loader)): build/bpf/exogate.skel.h

$(call obj,$(SRC_bench_xdp)) $(call san,$(SRC_bench_xdp)): build/bpf/exogate.skel.h build/bpf/subjects.skel.h

build/bpf/exogate.bpf.o: bpf/exogate.bpf.c $(wildcard bpf/*.h)
build/bpf/subjects.bpf.o: bench/xdp/subjects.bpf.c $(wildcard bpf/*.h) bench/xdp/subjects_abi.h
build/bpf/%.bpf.o:
	@mkdir -p $(@D)
	$(call run,CLANG,$(CLANG) -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Werror -Ibpf -Ibench/xdp -I/usr/include/$(MULTIARCH) -c -o $@ $<)

build/bpf/exogate.skel.h: skeleton := exogate
build/bpf/subjects.skel.h: skeleton := subjects_bpf
build/bpf/%.skel.h: build/bpf/%.bpf.o
	$(call run,SKEL,{ echo '/* NOLINTBEGIN */'; $(BPFTOOL) gen skeleton $< name $(skeleton); echo '/* NOLINTEND */'; } > $@)

build/exogated: $(call obj,$(SRC_daemon) $(SRC_cmd) $(SRC_exota) $(SRC_explain) $(SRC_io) $(SRC_crypto) $(SRC_settings) $(SRC_core) $(SRC_acl))
	$(call run,LINK,$(RELEASE) -o $@ $^ $(LIBS_daemon))
build/asan/exogated: $(call san,$(SRC_daemon) $(SRC_cmd) $(SRC_exota) $(SRC_explain) $(SRC_io) $(SRC_crypto) $(SRC_settings) $(SRC_core) $(SRC_acl))
	$(call run,LINK,$(CC) $(SANITIZE) -o $@ $^ $(LIBS_daemon))

build/exogate-xdp: $(call obj,$(SRC_loader) $(SRC_lists) $(SRC_acl))
	$(call run,LINK,$(RELEASE) -o $@ $^ $(LIBS_loader))
build/asan/exogate-xdp: $(call san,$(SRC_loader) $(SRC_lists) $(SRC_acl))
	$(call run,LINK,$(CC) $(SANITIZE) -o $@ $^ $(LIBS_loader))

# The bench has the loader's parts, but not its commands.
ALL_bench := $(SRC_bench) $(SRC_bench_xdp) $(SRC_settings) $(SRC_core) $(SRC_crypto) loader/list_maps.c \
             loader/log.c loader/program.c $(SRC_lists) $(SRC_acl)
build/exogate-bench: $(call obj,$(ALL_bench))
	$(call run,LINK,$(RELEASE) -o $@ $^ $(LIBS_bench))
build/asan/exogate-bench: $(call san,$(ALL_bench))
	$(call run,LINK,$(CC) $(SANITIZE) -o $@ $^ $(LIBS_bench))

# The floor is exogated with a dialog that judges nothing.
SRC_floor := $(SRC_daemon) $(SRC_cmd) $(SRC_exota) $(SRC_explain) $(SRC_io) $(SRC_crypto) $(SRC_settings) $(SRC_acl) \
             $(filter-out daemon/core/dialog.c,$(SRC_core)) bench/peers/null_dialog.c

build/peers/floor: $(call obj,$(SRC_floor))
	@mkdir -p $(@D)
	$(call run,LINK,$(RELEASE) -o $@ $^ $(LIBS_daemon))
build/asan/peers/floor: $(call san,$(SRC_floor))
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) $(SANITIZE) -o $@ $^ $(LIBS_daemon))

build/peers/filter: $(call obj,bench/peers/filter.c)
	@mkdir -p $(@D)
	$(call run,LINK,$(RELEASE) -o $@ $^ -lmilter)
build/asan/peers/filter: $(call san,bench/peers/filter.c)
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) $(SANITIZE) -o $@ $^ -lmilter)

UNIT_TESTS := $(patsubst tests/unit/%.c,build/asan/tests/%,$(filter tests/unit/test_%,$(SRC_unit)))
# Beside core: what of the other folders is tested in C.
UNIT_SHARED := $(call san,$(filter-out tests/unit/test_%,$(SRC_unit)) \
               $(addprefix daemon/io/,clock.c counters.c escape.c filter_answer.c lookup_cache.c observed.c rate_limit.c ring.c \
               shared_crypto.c stamp_watch.c timer_wheel.c) daemon/settings/idn.c \
               $(addprefix bench/,bytes.c client.c corpus.c histogram.c milter_targets.c peer.c \
               process.c reply.c script.c stream.c))
PROBES := $(patsubst tests/conformance/%.c,build/asan/tests/%,$(SRC_probe))
XPROBES := $(patsubst tests/xdp/%.c,build/asan/tests/%,$(SRC_xprobe))
IOPROBES := $(patsubst tests/resolver/%.c,build/asan/tests/%,$(SRC_ioprobe))

$(UNIT_TESTS): build/asan/tests/%: build/asan/obj/tests/unit/%.o $(UNIT_SHARED) \
		$(call san,$(SRC_core) $(SRC_crypto) $(SRC_lists) $(SRC_acl))
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) $(SANITIZE) -o $@ $^ $(LIBS_unit))
$(PROBES): build/asan/tests/%: build/asan/obj/tests/conformance/%.o \
		$(call san,$(SRC_core) $(SRC_crypto) $(SRC_acl) daemon/settings/idn.c)
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) $(SANITIZE) -o $@ $^ $(LIBS_unit))

$(XPROBES): build/asan/tests/%: build/asan/obj/tests/xdp/%.o
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) $(SANITIZE) -o $@ $^)

$(IOPROBES): build/asan/tests/%: build/asan/obj/tests/resolver/%.o \
		$(call san,$(SRC_io) $(SRC_crypto) $(SRC_settings) $(SRC_core) $(SRC_acl))
	@mkdir -p $(@D)
	$(call run,LINK,$(CC) $(SANITIZE) -o $@ $^ $(LIBS_daemon))

# Preloaded into release programs, not sanitized ones.
COUNT_ALLOCATIONS := build/tests/count_allocations.so
$(COUNT_ALLOCATIONS): tests/reliability/count_allocations.c
	@mkdir -p $(@D)
	$(call run,CC,$(CC) $(COMMON) -O2 -fPIC -shared -o $@ $<)

# libFuzzer is clang's; each target is linked with all that is pure, and what this is handed.
SRC_fuzz   := $(wildcard tests/fuzz/fuzz_*.c)
SRC_fuzzed := $(SRC_core) $(SRC_lists) $(SRC_acl) daemon/settings/idn.c tests/fuzz/stub_crypto.c
FUZZERS    := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(SRC_fuzz))
FUZZ_FLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_SECONDS ?= 60
fuzz_obj = $(patsubst %.c,build/fuzz/obj/%.o,$(1))

$(call fuzz_obj,$(SRC_fuzz) $(SRC_fuzzed)): build/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call run,CLANG,$(CLANG) $(COMMON) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link $(INC_crypto) -Idaemon/settings $(INC_lists) -c -o $@ $<)
$(FUZZERS): build/fuzz/%: build/fuzz/obj/tests/fuzz/%.o $(call fuzz_obj,$(SRC_fuzzed))
	$(call run,LINK,$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS_unit))

# For make mutate: the tests of the verdict and all that they need, but the verdict itself.
SRC_mutate := $(filter-out daemon/core/verdict.c,$(SRC_core)) loader/acl/prefix.c \
              $(addprefix tests/unit/,fixture.c harness.c verdict_rows.c) $(wildcard tests/unit/test_verdict*.c)
MUTATE_OBJECTS := $(patsubst %.c,build/mutate/obj/%.o,$(SRC_mutate))
$(MUTATE_OBJECTS): build/mutate/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call run,CC,$(CC) $(COMMON) -O0 $(INC_unit) -c -o $@ $<)
-include $(MUTATE_OBJECTS:.o=.d)

.SECONDARY: $(call fuzz_obj,$(SRC_fuzz) $(SRC_fuzzed))
-include $(patsubst %.c,build/fuzz/obj/%.d,$(SRC_fuzz) $(SRC_fuzzed))
-include $(patsubst %.c,build/obj/%.d,$(foreach l,$(LAYERS),$(SRC_$(l))))
-include $(patsubst %.c,build/asan/obj/%.d,$(foreach l,$(LAYERS),$(SRC_$(l))))

# --- use ----------------------------------------------------------------------------------------

.PHONY: demo
demo: deps ## show the whole path at work: NIC, Postfix, milter, rewrite, next hop (as root)
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/demo.py

.PHONY: deps
deps: ## install the Debian packages that are missing to build, test and develop (as root)
	@contrib/dev/install-deps.sh contrib/dev/packages-build.txt contrib/dev/packages.txt

.PHONY: build-deps
build-deps: ## install the Debian packages that are missing to build (as root)
	@contrib/dev/install-deps.sh contrib/dev/packages-build.txt

.PHONY: bench-milter
bench-milter: build/exogated build/exogate-bench build/peers/floor build/peers/filter ## measure the milter against a floor and libmilter (BENCH_OPTIONS=--quick)
	@build/exogate-bench milter --json build/bench-milter.json $(BENCH_OPTIONS)

.PHONY: bench-dkim
bench-dkim: deps ## measure verified signatures beside OpenSSL, OpenDKIM and rspamd (as root; BENCH_OPTIONS=--quick)
	@contrib/dev/install-deps.sh contrib/dev/packages-bench.txt
	@$(MAKE) --no-print-directory -j2 build/exogated build/exogate-bench
	@build/exogate-bench dkim $(BENCH_OPTIONS)
	@$(PYTHON) bench/dkim_peers.py --json build/bench-dkim.json $(BENCH_OPTIONS)

.PHONY: bench-xdp
bench-xdp: build/exogate-bench ## measure the XDP program (as root; BENCH_OPTIONS=--quick)
	@build/exogate-bench xdp --json build/bench-xdp.json $(BENCH_OPTIONS)

.PHONY: bench-xdp-veth
bench-xdp-veth: build/exogate-bench build/exogate-xdp ## measure it over veth, beside nftables (as root)
	@$(PYTHON) bench/xdp/veth.py --json build/bench-xdp-veth.json $(BENCH_OPTIONS)

# --- install ------------------------------------------------------------------------------------

# As the GNU Coding Standards name them; make install DESTDIR=DIR puts it all below DIR, for a package.
prefix     ?= /usr/local
sysconfdir ?= /etc
bindir     := $(prefix)/bin
sbindir    := $(prefix)/sbin
mandir     := $(prefix)/share/man
unitdir    := $(prefix)/lib/systemd/system

PAGES := $(wildcard contrib/man/*)
UNITS := $(wildcard contrib/systemd/*)
CONF  := $(sysconfdir)/exogate/exogate.conf
INSTALLED := $(addprefix $(sbindir)/,exogated exogate-xdp exogate-list) $(bindir)/exogate-bench \
             $(foreach p,$(PAGES),$(mandir)/man$(patsubst .%,%,$(suffix $(p)))/$(notdir $(p))) \
             $(addprefix $(unitdir)/,$(notdir $(UNITS)))

# Folders that it makes are open to all whoever calls it: the daemon reads its settings as its own user.
put := umask 022; install -D

.PHONY: install
install: all ## install programs, man pages, systemd units and an example of the settings (prefix, DESTDIR)
	$(put) -m 755 -t $(DESTDIR)$(sbindir) build/exogated build/exogate-xdp
	$(put) -m 755 contrib/exogate-list.sh $(DESTDIR)$(sbindir)/exogate-list
	$(put) -m 755 -t $(DESTDIR)$(bindir) build/exogate-bench
	$(foreach p,$(PAGES),$(put) -m 644 -t $(DESTDIR)$(mandir)/man$(patsubst .%,%,$(suffix $(p))) $(p);)
	$(put) -m 644 -t $(DESTDIR)$(unitdir) $(UNITS)
	sed -i 's,/usr/local/sbin,$(sbindir),' $(addprefix $(DESTDIR)$(unitdir)/,$(notdir $(UNITS))) \
		$(DESTDIR)$(sbindir)/exogate-list
	[ -e $(DESTDIR)$(CONF) ] || { $(put) -m 644 contrib/exogate.conf $(DESTDIR)$(CONF); }

.PHONY: uninstall
uninstall: ## remove what install has installed, but for the settings
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))

# --- develop ------------------------------------------------------------------------------------

# More than there are CPUs: most tests wait for daemons more than they compute.
TEST_PROCESSES ?= 4

.PHONY: test
test: deps ## build with sanitizers and run every test (as root)
	@$(MAKE) --no-print-directory -j2 test-programs check-layers
	@$(PYTHON) -m pytest -n $(TEST_PROCESSES) --dist loadfile tests

TEST_PROGRAMS := $(addprefix build/asan/,exogated exogate-xdp exogate-bench peers/floor peers/filter) \
                 $(MUTATE_OBJECTS) $(UNIT_TESTS) $(PROBES) $(XPROBES) $(IOPROBES) $(FUZZERS) build/exogated build/exogate-xdp build/exogate-bench $(COUNT_ALLOCATIONS)

.PHONY: test-programs
test-programs: $(TEST_PROGRAMS) ## build what the tests run

.PHONY: test-reliability
test-reliability: deps ## idle and bad clients, and 100,000 messages through Postfix with kills, with figures (as root)
	@$(MAKE) --no-print-directory -j2 build/exogated $(COUNT_ALLOCATIONS)
	@EXOGATE_RELIABILITY_FULL=1 $(PYTHON) -m pytest tests/reliability

DEBIAN_KERNEL_TESTS := tests/xdp/test_packets.py tests/xdp/test_dispatcher.py tests/xdp/test_verifier.py::test_budget \
                       $(addprefix tests/conversations/test_,life.py plain_ring.py conversations.py robustness.py)

.PHONY: test-debian-kernel
test-debian-kernel: deps ## the filter and both engines on Debian 12's own kernel, in an emulated machine (as root)
	@contrib/dev/install-deps.sh contrib/dev/packages-vm.txt
	@$(MAKE) --no-print-directory -j2 test-programs
	@contrib/dev/debian-kernel.sh env EXOGATE_DISPATCHER=1 $(PYTHON) -m pytest $(DEBIAN_KERNEL_TESTS)

# The newest clang of Debian 12, which `make deps` leaves out for its size.
NEWEST_CLANG := clang-22

.PHONY: test-xdp-long
test-xdp-long: deps ## 1,000 list swaps, a kill at every call, and the newest clang, with figures (as root)
	@[ -x /usr/bin/$(NEWEST_CLANG) ] || apt-get install -y --no-install-recommends $(NEWEST_CLANG)
	@$(MAKE) --no-print-directory -j2 test-programs
	@EXOGATE_XDP_LONG=1 $(PYTHON) -m pytest tests/xdp/test_swap.py tests/xdp/test_kill.py \
		tests/xdp/test_verifier.py

.PHONY: test-dkim-long
test-dkim-long: deps ## 16,000 generated messages, against two other verifiers of DKIM
	@$(MAKE) --no-print-directory -j2 build/asan/tests/probe_dkim
	@EXOGATE_DKIM_MESSAGES=16000 EXOGATE_DKIM_SEED=$${EXOGATE_DKIM_SEED:-$$RANDOM} \
		$(PYTHON) -m pytest tests/conformance/test_dkim_agreement.py

.PHONY: fuzz
fuzz: $(FUZZERS) ## fuzz every parser for FUZZ_SECONDS (60) each; findings go to build/fuzz/
	@$(PYTHON) tests/fuzz/make_seeds.py build/fuzz/seeds
	@for target in $(FUZZERS); do \
		mkdir -p "$$target.corpus"; \
		echo "fuzz: $$target for $(FUZZ_SECONDS) s"; \
		"$$target" -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 -verbosity=0 \
			-artifact_prefix="$$target." "$$target.corpus" build/fuzz/seeds/"$${target##*/}"; \
	done

.PHONY: fuzz-xdp
fuzz-xdp: $(XPROBES) ## compare what the filter finds in 5,000,000 random frames with the tests' model
	@EXOGATE_XDP_FRAMES=5000000 EXOGATE_XDP_SEED=$$RANDOM $(PYTHON) -m pytest tests/xdp/test_model.py

.PHONY: mutate
mutate: $(MUTATE_OBJECTS) ## delete, negate and swap each row of the verdict table: a unit test must notice each time
	@$(PYTHON) tests/mutate/mutate.py

.PHONY: check-layers
check-layers: $(call obj,$(SRC_core)) ## prove that daemon/core is pure and that includes go one way
	@contrib/dev/check-layers.sh $^

.PHONY: fmt
fmt: ## format the C sources in place
	@clang-format -i $(C_FILES) $(H_FILES)

.PHONY: fmt-check
fmt-check: ## say what fmt would change, and fail if it would
	@clang-format --dry-run --Werror $(C_FILES) $(H_FILES)

.PHONY: lint
lint: compile_commands.json build/bpf/exogate.skel.h build/bpf/subjects.skel.h ## clang-tidy, cppcheck and shellcheck
	@contrib/dev/lint.sh $(foreach l,$(LAYERS),$(SRC_$(l)))
	@shellcheck $(SH_FILES)

compile_commands.json: Makefile ## the compile commands, for editors and clang-tidy
	@contrib/dev/compile-commands.sh "$(CURDIR)" \
		$(foreach l,$(LAYERS),$(foreach f,$(SRC_$(l)),"$(f)=$(CC) $(subst ",\",$(filter-out -MMD -MP,$(COMMON))) $(CFLAGS) $(INC_$(l))")) > $@

.PHONY: man
man: build/exogated ## renew the tables in contrib/man: settings and verdicts
	@build/exogated keys | $(PYTHON) contrib/dev/manual-table.py contrib/man/exogate.conf.5 SETTINGS > build/page
	@mv build/page contrib/man/exogate.conf.5
	@build/exogated verdicts | $(PYTHON) contrib/dev/manual-table.py contrib/man/exogated.8 VERDICTS > build/page
	@mv build/page contrib/man/exogated.8

.PHONY: clean
clean: ## remove what was built
	rm -rf build compile_commands.json

.PHONY: help
help: ## list the targets
	@sed -nE 's/^([a-z_.-]+):.*## (.*)/  \1\t\2/p' Makefile | expand -t 26
