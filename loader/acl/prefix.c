// SPDX-License-Identifier: Apache-2.0
#include "prefix.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* ::ffff:0:0/96 */

static unsigned family_bits(uint8_t family)
{
	return family == 4 ? 32 : 128;
}

static int parse_address(const char *text, size_t len, struct prefix *out)
{
	char copy[INET6_ADDRSTRLEN];

	if (len >= sizeof(copy) || memchr(text, '\0', len))
		return PREFIX_EADDRESS;
	memcpy(copy, text, len);
	copy[len] = '\0';
	out->family = memchr(copy, ':', len) ? 6 : 4;
	if (inet_pton(out->family == 4 ? AF_INET : AF_INET6, copy, out->addr) != 1)
		return PREFIX_EADDRESS;
	return PREFIX_OK;
}

static int parse_length(const char *text, size_t len, struct prefix *out)
{
	unsigned bits = 0;

	if (len < 1 || len > 3 || (len > 1 && text[0] == '0'))
		return PREFIX_ELENGTH;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return PREFIX_ELENGTH;
		bits = bits * 10 + (unsigned)(text[i] - '0');
	}
	if (bits > family_bits(out->family))
		return PREFIX_ELENGTH;
	out->length = (uint8_t)bits;
	return PREFIX_OK;
}

/* Is a bit set beyond the length? */
static int has_host_bits(const struct prefix *prefix)
{
	for (unsigned bit = prefix->length; bit < family_bits(prefix->family); bit++) {
		if (prefix->addr[bit / 8] & 0x80 >> bit % 8)
			return 1;
	}
	return 0;
}

static void unmap(struct prefix *prefix)
{
	if (prefix->family != 6 || prefix->length < 96 ||
	    memcmp(prefix->addr, mapped, sizeof(mapped)) != 0)
		return;
	prefix->family = 4;
	prefix->length -= 96;
	memmove(prefix->addr, prefix->addr + 12, 4);
	memset(prefix->addr + 4, 0, 12);
}

int prefix_parse(const char *text, size_t len, struct prefix *out)
{
	struct prefix prefix = { .source = PREFIX_MICROSOFT };
	const char *slash = memchr(text, '/', len);
	size_t address_len = slash ? (size_t)(slash - text) : len;
	int status;

	status = parse_address(text, address_len, &prefix);
	if (status != PREFIX_OK)
		return status;
	prefix.length = (uint8_t)family_bits(prefix.family);
	if (slash) {
		status = parse_length(slash + 1, len - address_len - 1, &prefix);
		if (status != PREFIX_OK)
			return status;
	}
	if (has_host_bits(&prefix))
		return PREFIX_EHOST;
	unmap(&prefix);
	*out = prefix;
	return PREFIX_OK;
}

const char *prefix_error(int error)
{
	switch (error) {
	case PREFIX_EADDRESS:
		return "not an IPv4 or IPv6 address";
	case PREFIX_ELENGTH:
		return "the length after the slash is not a number that fits the address";
	case PREFIX_EHOST:
		return "bits are set beyond the length";
	default:
		assert(error == PREFIX_OK);
		return "no error";
	}
}

const char *prefix_format(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE])
{
	char *end;

	inet_ntop(prefix->family == 4 ? AF_INET : AF_INET6, prefix->addr, text, PREFIX_TEXT_SIZE);
	end = text + strlen(text);
	*end++ = '/';
	if (prefix->length >= 100)
		*end++ = '1';
	if (prefix->length >= 10)
		*end++ = (char)('0' + prefix->length / 10 % 10);
	*end++ = (char)('0' + prefix->length % 10);
	*end = '\0';
	return text;
}

bool prefix_too_wide(const struct prefix *prefix)
{
	return prefix->length < (prefix->family == 4 ? PREFIX_OPERATOR_MIN4 : PREFIX_OPERATOR_MIN6);
}

/* Are the first bits of both addresses equal? */
static int same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned bytes = bits / 8, rest = bits % 8;

	if (memcmp(a, b, bytes) != 0)
		return 0;
	return rest == 0 || (a[bytes] ^ b[bytes]) >> (8 - rest) == 0;
}

int prefix_contains(const struct prefix *outer, const struct prefix *inner)
{
	return outer->family == inner->family && outer->length <= inner->length &&
	       same_bits(outer->addr, inner->addr, outer->length);
}

/* The order of a set.  A prefix comes before those that it contains. */
static int compare(const struct prefix *a, const struct prefix *b)
{
	int by_address;

	if (a->source != b->source)
		return a->source - b->source;
	if (a->family != b->family)
		return a->family - b->family;
	by_address = memcmp(a->addr, b->addr, sizeof(a->addr));
	return by_address ? by_address : a->length - b->length;
}

static void swap(struct prefix *a, struct prefix *b)
{
	struct prefix kept = *a;

	*a = *b;
	*b = kept;
}

static void sift_down(struct prefix *items, size_t root, size_t n)
{
	size_t child;

	while ((child = 2 * root + 1) < n) {
		if (child + 1 < n && compare(&items[child], &items[child + 1]) < 0)
			child++;
		if (compare(&items[root], &items[child]) >= 0)
			return;
		swap(&items[root], &items[child]);
		root = child;
	}
}

/* Heapsort, since qsort() may allocate. */
static void sort(struct prefix *items, size_t n)
{
	for (size_t root = n / 2; root-- > 0;)
		sift_down(items, root, n);
	for (size_t end = n; end-- > 1;) {
		swap(&items[0], &items[end]);
		sift_down(items, 0, end);
	}
}

/*
 * What contains the wanted prefix among those of one source.  They are sorted and none contains
 * another, so that only the last one that does not come after the wanted prefix can.
 */
static const struct prefix *find_in_source(const struct prefix_set *set, uint8_t source,
					   const struct prefix *wanted)
{
	struct prefix key = *wanted;
	size_t low = 0, high = set->n, middle;

	key.source = source;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(&set->items[middle], &key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || set->items[low - 1].source != source ||
	    !prefix_contains(&set->items[low - 1], wanted))
		return NULL;
	return &set->items[low - 1];
}

/* What contains the wanted prefix, the earliest of the sources up to the given one first. */
static const struct prefix *find(const struct prefix_set *set, uint8_t last_source,
				 const struct prefix *wanted)
{
	const struct prefix *found = NULL;

	for (uint8_t source = 0; source <= last_source && !found; source++)
		found = find_in_source(set, source, wanted);
	return found;
}

void prefix_set_normalise(struct prefix_set *set)
{
	struct prefix_set kept = { .items = set->items };

	sort(set->items, set->n);
	for (size_t i = 0; i < set->n; i++) {
		if (!find(&kept, set->items[i].source, &set->items[i]))
			kept.items[kept.n++] = set->items[i];
	}
	*set = kept;
}

const struct prefix *prefix_set_find(const struct prefix_set *set, uint8_t family,
				     const uint8_t *addr)
{
	struct prefix host = { .family = family, .length = (uint8_t)family_bits(family) };

	assert(family == 4 || family == 6);
	memcpy(host.addr, addr, family_bits(family) / 8);
	unmap(&host);
	return find(set, PREFIX_SOURCE_N - 1, &host);
}
