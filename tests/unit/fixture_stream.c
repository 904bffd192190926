// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"

#define POSTFIX_ACTIONS 0x1ff
#define POSTFIX_STEPS	0x1fffff

struct stream *stream_new(void)
{
	static char bytes[STREAM_MAX];
	static struct stream stream;

	stream = (struct stream){ bytes, 0 };
	return &stream;
}

void stream_raw(struct stream *s, const void *bytes, size_t len)
{
	if (len > STREAM_MAX - s->len)
		abort();
	if (len)
		memcpy(s->bytes + s->len, bytes, len);
	s->len += len;
}

void stream_packet(struct stream *s, char command, const void *data, size_t len)
{
	char head[5];

	milter_put_u32(head, (uint32_t)len + 1);
	head[4] = command;
	stream_raw(s, head, sizeof(head));
	stream_raw(s, data, len);
}

void stream_empty(struct stream *s, char command)
{
	stream_packet(s, command, NULL, 0);
}

void stream_offer(struct stream *s, uint32_t version, uint32_t actions, uint32_t steps)
{
	char data[12];

	milter_put_u32(data, version);
	milter_put_u32(data + 4, actions);
	milter_put_u32(data + 8, steps);
	stream_packet(s, 'O', data, sizeof(data));
}

void stream_macros(struct stream *s, int stage, ...)
{
	char data[2048];
	size_t len = 1;
	const char *text;
	va_list args;

	data[0] = (char)stage;
	va_start(args, stage);
	while ((text = va_arg(args, const char *))) {
		size_t size = strlen(text) + 1;

		memcpy(data + len, text, size);
		len += size;
	}
	va_end(args);
	stream_packet(s, 'D', data, len);
}

void stream_connect(struct stream *s, char family, const char *address)
{
	char data[256];
	size_t len = sizeof("client.example");

	memcpy(data, "client.example", len);
	data[len++] = family;
	data[len++] = (char)0xda;
	data[len++] = (char)0xee;
	memcpy(data + len, address, strlen(address) + 1);
	stream_packet(s, 'C', data, len + strlen(address) + 1);
}

void stream_string(struct stream *s, char command, const char *text)
{
	stream_packet(s, command, text, strlen(text) + 1);
}

void stream_header(struct stream *s, const char *name, const char *value)
{
	size_t name_size = strlen(name) + 1, value_size = strlen(value) + 1;
	char *data = malloc(name_size + value_size);

	if (!data)
		abort();
	memcpy(data, name, name_size);
	memcpy(data + name_size, value, value_size);
	stream_packet(s, 'L', data, name_size + value_size);
	free(data);
}

/* --- as Postfix 3.7 speaks ------------------------------------------------------------------- */

void stream_open(struct stream *s)
{
	stream_offer(s, 6, POSTFIX_ACTIONS, POSTFIX_STEPS);
	stream_macros(s, 'C', "j", "relay.example.net", "{daemon_name}", "relay.example.net",
		      "{daemon_addr}", "198.51.100.1", "v", "Postfix 3.7.11", "_",
		      "unknown [" EXO_V4 "]", NULL);
	stream_connect(s, '4', EXO_V4);
	stream_macros(s, 'H', "{tls_version}", "TLSv1.3", "{cipher}", "TLS_AES_256_GCM_SHA384",
		      "{cipher_bits}", "256", "{cert_subject}", CERTIFICATE_NAME, "{cert_issuer}",
		      "DigiCert Cloud Services CA-1", NULL);
	stream_string(s, 'H', "mail-am0eur02.outbound.protection.outlook.com");
}

void stream_envelope(struct stream *s, const char *mail_from, const char *rcpt)
{
	char path[512];

	stream_macros(s, 'M', "{mail_addr}", mail_from, "{mail_host}", "next.example",
		      "{mail_mailer}", "smtp", NULL);
	snprintf(path, sizeof(path), "<%s>", mail_from);
	stream_packet(s, 'M', path, strlen(path) + 1);
	stream_macros(s, 'R', "{rcpt_addr}", rcpt, "{rcpt_host}", "next.example", "{rcpt_mailer}",
		      "smtp", NULL);
	snprintf(path, sizeof(path), "<%s>", rcpt);
	stream_packet(s, 'R', path, strlen(path) + 1);
}

void stream_content(struct stream *s, const char *queue_id, const struct fixture_field *fields)
{
	stream_macros(s, 'T', "i", queue_id, NULL);
	for (; fields->name; fields++) {
		stream_macros(s, 'L', "i", queue_id, NULL);
		stream_header(s, fields->name, fields->value);
	}
	stream_macros(s, 'N', "i", queue_id, NULL);
	stream_macros(s, 'B', "i", queue_id, NULL);
	stream_macros(s, 'E', "i", queue_id, NULL);
	stream_empty(s, 'E');
	stream_empty(s, 'A');
}

void stream_message(struct stream *s, const char *queue_id)
{
	static const struct fixture_field fields[] = {
		{ "Authentication-Results", " relay.example.net; dkim=pass header.d=contoso.com" },
		{ "From", " Alice Contoso\n\t<alice@contoso.com>" },
		{ "To", " bob@elsewhere.example" },
		{ "Message-ID", " <1@contoso.com>" },
		{ "X-MS-Exchange-CrossTenant-Id", " " CONTOSO_ID },
		{ "X-OriginatorOrg", " contoso.com" },
		{ "X-MS-Exchange-CrossTenant-AuthAs", " Internal" },
		{ "X-MS-Exchange-CrossTenant-FromEntityHeader", " Hosted" },
		{ "X-MS-Exchange-CrossTenant-Network-Message-Id", " 0b1c" },
		{ "X-MS-Exchange-Organization-SCL", " -1" },
		{ NULL, NULL },
	};

	stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
	stream_content(s, queue_id, fields);
}
