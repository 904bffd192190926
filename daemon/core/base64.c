// SPDX-License-Identifier: Apache-2.0
#include "base64.h"

enum {
	OTHER = 0, /* what the table leaves out */
	BLANK = 0x40,
	PADDING = 0x41,
	VALUE = 0x80, /* and six bits */
};

#define V(value) (VALUE | (value))

static const unsigned char meaning[256] = {
	['A'] = V(0),  ['B'] = V(1),   ['C'] = V(2),   ['D'] = V(3),   ['E'] = V(4),
	['F'] = V(5),  ['G'] = V(6),   ['H'] = V(7),   ['I'] = V(8),   ['J'] = V(9),
	['K'] = V(10), ['L'] = V(11),  ['M'] = V(12),  ['N'] = V(13),  ['O'] = V(14),
	['P'] = V(15), ['Q'] = V(16),  ['R'] = V(17),  ['S'] = V(18),  ['T'] = V(19),
	['U'] = V(20), ['V'] = V(21),  ['W'] = V(22),  ['X'] = V(23),  ['Y'] = V(24),
	['Z'] = V(25), ['a'] = V(26),  ['b'] = V(27),  ['c'] = V(28),  ['d'] = V(29),
	['e'] = V(30), ['f'] = V(31),  ['g'] = V(32),  ['h'] = V(33),  ['i'] = V(34),
	['j'] = V(35), ['k'] = V(36),  ['l'] = V(37),  ['m'] = V(38),  ['n'] = V(39),
	['o'] = V(40), ['p'] = V(41),  ['q'] = V(42),  ['r'] = V(43),  ['s'] = V(44),
	['t'] = V(45), ['u'] = V(46),  ['v'] = V(47),  ['w'] = V(48),  ['x'] = V(49),
	['y'] = V(50), ['z'] = V(51),  ['0'] = V(52),  ['1'] = V(53),  ['2'] = V(54),
	['3'] = V(55), ['4'] = V(56),  ['5'] = V(57),  ['6'] = V(58),  ['7'] = V(59),
	['8'] = V(60), ['9'] = V(61),  ['+'] = V(62),  ['/'] = V(63),  ['='] = PADDING,
	[' '] = BLANK, ['\t'] = BLANK, ['\n'] = BLANK, ['\r'] = BLANK,
};

struct decoder {
	uint32_t bits;	   /* of the letters since the last whole group */
	unsigned int n;	   /* letters and padding of this group */
	unsigned int pads; /* at most 2, and nothing after them */
	unsigned char *out;
	size_t capacity;
	size_t len;
};

/* A group of four is three octets, less one for each padding. */
static bool end_group(struct decoder *d)
{
	unsigned int n = 3 - d->pads;

	if (n > d->capacity - d->len)
		return false;
	for (unsigned int i = 0; i < n; i++)
		d->out[d->len++] = (unsigned char)(d->bits >> (16 - 8 * i));
	d->n = 0;
	d->bits = 0;
	return true;
}

static bool take(struct decoder *d, unsigned char what)
{
	if (what & VALUE) {
		if (d->pads)
			return false;
		d->bits = d->bits << 6 | (what & 0x3f);
	} else {
		if (what != PADDING || d->n < 2 || d->pads == 2)
			return false;
		d->pads++;
		d->bits <<= 6;
	}
	return ++d->n < 4 || end_group(d);
}

/* Letters in groups of four, which is nearly all of a text; their number.  A group begins here. */
static size_t take_groups(struct decoder *d, struct span text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t n = 0;

	while (text.len - n >= 4 && d->capacity - d->len >= 3) {
		uint32_t a = meaning[p[n]], b = meaning[p[n + 1]];
		uint32_t c = meaning[p[n + 2]], e = meaning[p[n + 3]];
		uint32_t bits = (a & 0x3f) << 18 | (b & 0x3f) << 12 | (c & 0x3f) << 6 | (e & 0x3f);

		if (!(a & b & c & e & VALUE))
			break;
		d->out[d->len++] = (unsigned char)(bits >> 16);
		d->out[d->len++] = (unsigned char)(bits >> 8);
		d->out[d->len++] = (unsigned char)bits;
		n += 4;
	}
	return n;
}

enum parse_status base64_decode(struct span text, unsigned char *out, size_t capacity, size_t *len)
{
	struct decoder d = { .out = out, .capacity = capacity };

	while (text.len) {
		size_t n = d.n || d.pads ? 0 : take_groups(&d, text);
		unsigned char what;

		text = span_after(text, n);
		if (!text.len)
			break;
		what = meaning[(unsigned char)text.p[0]];
		if (what != BLANK && !take(&d, what))
			return PARSE_BAD;
		text = span_after(text, 1);
	}
	if (d.n)
		return PARSE_BAD;
	*len = d.len;
	return PARSE_OK;
}
