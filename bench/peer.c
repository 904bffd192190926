// SPDX-License-Identifier: Apache-2.0
#include "peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "scene.h"

#define START_PATIENCE_MS 20000

const struct peer peers[PEER_N] = {
	[PEER_EXOGATED] = { "exogated", "exogated", true, NULL, true },
	[PEER_FLOOR] = { "floor", "peers/floor", true, NULL, false },
	[PEER_FILTER_QUIET] = { "libmilter, NR", "peers/filter", false, "--quiet", true },
	[PEER_FILTER] = { "libmilter", "peers/filter", false, NULL, true },
};

static const char endpoints[] =
	"[{\"id\": 10, \"serviceArea\": \"Exchange\", \"tcpPorts\": \"25\", \"required\": true,\n"
	"  \"category\": \"Allow\", \"ips\": [\"13.107.6.152/31\", \"23.103.160.0/20\",\n"
	"  \"40.92.0.0/15\", \"40.107.0.0/16\", \"52.100.0.0/14\", \"104.47.0.0/17\",\n"
	"  \"2a01:111:f400::/48\", \"2a01:111:f403::/48\"]}]\n";

static const char settings[] =
	"listen = [ \"unix:%1$s/milter.sock\" ];\n"
	"authserv_id = \"" SCENE_RELAY "\";\n"
	"acl: { source = \"%1$s/endpoints.json\"; };\n"
	"certificate: { names = [ \"" SCENE_CERTIFICATE "\" ]; };\n"
	"dkim: { source = \"authres\"; trusted_authserv_id = \"" SCENE_VERIFIER "\"; };\n"
	"tenants = ( { name = \"" SCENE_TENANT "\"; ids = [ \"" SCENE_TENANT_ID "\" ];\n"
	"  domains = [ \"" SCENE_DOMAIN "\", \"" SCENE_SERVICE "\" ]; proofs = 2; } );\n"
	"limits: { connections = \"15000\"; };\n";

/* --- where ------------------------------------------------------------------------------------ */

static void path_in(const struct peer_place *place, const char *name, char out[96])
{
	snprintf(out, 96, "%s/%s", place->directory, name);
}

/* The text has "%1$s" where the folder is meant. */
static bool write_file(const struct peer_place *place, const char *name, const char *format)
{
	char path[96];
	FILE *file;
	bool ok;

	path_in(place, name, path);
	file = fopen(path, "w");
	if (!file)
		return false;
	/* cppcheck-suppress wrongPrintfScanfArgNum; it does not know %1$s */
	ok = fprintf(file, format, place->directory) > 0; /* NOLINT: ours, above */
	return fclose(file) == 0 && ok;
}

bool peer_place_make(struct peer_place *place, FILE *errors)
{
	snprintf(place->directory, sizeof(place->directory), "/tmp/exogate-bench.XXXXXX");
	if (!mkdtemp(place->directory)) {
		fprintf(errors, "exogate-bench: %s: %s\n", place->directory, strerror(errno));
		return false;
	}
	snprintf(place->socket, sizeof(place->socket), "%s/milter.sock", place->directory);
	if (write_file(place, "endpoints.json", endpoints) &&
	    write_file(place, "exogate.conf", settings))
		return true;
	fprintf(errors, "exogate-bench: %s: %s\n", place->directory, strerror(errno));
	peer_place_remove(place);
	return false;
}

void peer_place_remove(struct peer_place *place)
{
	static const char *const names[] = { "milter.sock", "endpoints.json", "exogate.conf" };
	char path[96];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path_in(place, names[i], path);
		unlink(path);
	}
	rmdir(place->directory);
}

/* --- who -------------------------------------------------------------------------------------- */

static bool accepts(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	ok = fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool wait_until_it_serves(const struct peer *peer, const struct peer_place *place,
				 const struct process *process, FILE *errors)
{
	const struct timespec step = { .tv_nsec = 5000000 };
	char line[256];

	for (int waited_ms = 0; waited_ms < START_PATIENCE_MS; waited_ms += 5) {
		if (!process_lives(process))
			break;
		if (accepts(place->socket))
			return true;
		nanosleep(&step, NULL);
	}
	process_last_line(process, line, sizeof(line));
	fprintf(errors, "exogate-bench: %s does not serve: %s\n", peer->name, line);
	return false;
}

bool peer_start(const struct peer *peer, const struct peer_place *place, bool count_syscalls,
		struct process *out, FILE *errors)
{
	char program[512], config[96], *argv[5] = { program, NULL, NULL, NULL, NULL };
	const struct process_options options = { argv, place->cpu, count_syscalls };

	snprintf(program, sizeof(program), "%s/%s", place->programs, peer->program);
	path_in(place, "exogate.conf", config);
	if (peer->takes_settings) {
		argv[1] = (char *)"-c";
		argv[2] = config;
	} else {
		argv[1] = (char *)place->socket;
		argv[2] = (char *)peer->argument;
	}
	unlink(place->socket);
	if (!process_start(&options, out, errors))
		return false;
	if (wait_until_it_serves(peer, place, out, errors))
		return true;
	process_end(out);
	return false;
}

/* libmilter looks for a signal only when its listener wakes up: on a connection, or in 5 s. */
bool peer_end(const struct peer *peer, const struct peer_place *place, struct process *process,
	      FILE *errors)
{
	char line[256] = "";
	bool lived = process_lives(process);

	process_last_line(process, line, sizeof(line));
	process_ask_to_end(process);
	accepts(place->socket);
	if (process_end(process) && lived)
		return true;
	fprintf(errors, "exogate-bench: %s ended badly: %s\n", peer->name, line);
	return false;
}
