// SPDX-License-Identifier: Apache-2.0
#include "corpus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rng.h"
#include "scene.h"

/* What a message says of itself, and what must come of it. */
struct kind {
	const char *from_domain;
	const char *stamped_org;
	const char *stamped_id;
	enum reply_verdict expect;
};

static const struct kind own = { SCENE_DOMAIN, SCENE_DOMAIN, SCENE_TENANT_ID, REPLY_ACCEPT };
static const struct kind forged = { SCENE_DOMAIN, SCENE_ATTACKER, SCENE_ATTACKER_ID, REPLY_REJECT };
static const struct kind unknown = { SCENE_STRANGER, SCENE_STRANGER, SCENE_ATTACKER_ID,
				     REPLY_REJECT };

/*
 * The fields that Exchange Online sends, below what the verifier put on top.  In the values, "%"
 * with a number and a letter stands for so many random characters: b base64, x hexadecimal,
 * d digits; e: so many lines of an encoded word, each after a fold.  Without a number: g a GUID,
 * s a server of Microsoft's, F the domain of From, O the stamped organisation, I its tenant id.
 */
static const struct field {
	const char *name;
	const char *value;
} fields[] = {
	{ "Authentication-Results", SCENE_VERIFIER
	  ";\n\tdkim=pass (2048-bit key; unprotected) header.d=%O header.i=@%O header.a=rsa-sha256"
	  " header.s=selector1 header.b=%8x" },
	{ "ARC-Seal",
	  "i=1; a=rsa-sha256; s=arcselector10001; d=microsoft.com; cv=none;\n b=%342b==" },
	{ "ARC-Message-Signature",
	  "i=1; a=rsa-sha256; c=relaxed/relaxed; d=microsoft.com; s=arcselector10001;\n"
	  " h=From:Date:Subject:Message-ID:Content-Type:MIME-Version:"
	  "X-MS-Exchange-AntiSpam-MessageData-ChunkCount:X-MS-Exchange-AntiSpam-MessageData-0:"
	  "X-MS-Exchange-AntiSpam-MessageData-1;\n bh=%43b=;\n b=%342b==" },
	{ "ARC-Authentication-Results",
	  "i=1; mx.microsoft.com 1; spf=pass\n smtp.mailfrom=%F;"
	  " dmarc=pass action=none header.from=%F;\n dkim=pass header.d=%O; arc=none" },
	{ "DKIM-Signature", "v=1; a=rsa-sha256; c=relaxed/relaxed; d=%O;\n s=selector1;\n"
			    " h=From:Date:Subject:Message-ID:Content-Type:MIME-Version:"
			    "X-MS-Exchange-SenderADCheck;\n bh=%43b=;\n b=%342b==" },
	{ "Received", "from %s (2603:10a6:%2x:%3x::%2x)\n by %s (2603:10a6:%3x:%2x::%2x) with"
		      "\n Microsoft SMTP Server (version=TLS1_2,\n cipher="
		      "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384)"
		      " id 15.20.%4d.9; Mon, 4 Nov\n 2024 10:%2d:17 +0000" },
	{ "Received", "from %s\n ([fe80::%4x:%4x:%4x:%4x]) by %s\n ([fe80::%4x:%4x:%4x:%4x%%4])"
		      " with mapi id 15.20.%4d.007; Mon, 4 Nov 2024\n 10:%2d:16 +0000" },
	{ "From", "Alice %6x <alice@%F>" },
	{ "To", "Someone Else <someone@example.org>" },
	{ "Subject", "Figures for the third quarter %6x" },
	{ "Thread-Topic", "Figures for the third quarter" },
	{ "Thread-Index", "%30b==" },
	{ "Date", "Mon, 4 Nov 2024 10:%2d:16 +0000" },
	{ "Message-ID", "<DB9PR83MB1067%40x@%s>" },
	{ "Accept-Language", "en-GB, de-DE, en-US" },
	{ "Content-Language", "en-GB" },
	{ "X-MS-Has-Attach", "" },
	{ "X-MS-TNEF-Correlator", "" },
	{ "msip_labels", "" },
	{ "authentication-results", "dkim=none (message not signed)\n header.d=none;dmarc=none"
				    " action=none header.from=%F;" },
	{ "x-ms-publictraffictype", "Email" },
	{ "x-ms-traffictypediagnostic", "DB9PR83MB%4d:EE_|AM8PR83MB%4d:EE_" },
	{ "x-ms-office365-filtering-correlation-id", "%g" },
	{ "x-ms-exchange-senderadcheck", "1" },
	{ "x-ms-exchange-antispam-relay", "0" },
	{ "x-microsoft-antispam", "\n BCL:0;ARA:13230040|1800799024|366016|376014|38070700018;" },
	{ "x-microsoft-antispam-message-info", "%15e" },
	{ "x-forefront-antispam-report",
	  "\n CIP:255.255.255.255;CTRY:;LANG:en;SCL:1;SRV:;IPV:NLI;"
	  "SFV:NSPM;H:%s;PTR:;CAT:NONE;SFS:(13230040)(1800799024)(366016)(376014)(38070700018);"
	  "DIR:OUT;SFP:1102;" },
	{ "x-ms-exchange-antispam-messagedata-chunkcount", "1" },
	{ "x-ms-exchange-antispam-messagedata-0", "%36e" },
	{ "Content-Type", "multipart/alternative;\n\tboundary=\"_000_%50x_\"" },
	{ "MIME-Version", "1.0" },
	{ "X-OriginatorOrg", "%O" },
	{ "X-MS-Exchange-CrossTenant-AuthAs", "Internal" },
	{ "X-MS-Exchange-CrossTenant-AuthSource", "%s" },
	{ "X-MS-Exchange-CrossTenant-Network-Message-Id", "%g" },
	{ "X-MS-Exchange-CrossTenant-originalarrivaltime", "04 Nov 2024 10:%2d:16.%4d\n (UTC)" },
	{ "X-MS-Exchange-CrossTenant-fromentityheader", "Hosted" },
	{ "X-MS-Exchange-CrossTenant-id", "%I" },
	{ "X-MS-Exchange-CrossTenant-mailboxtype", "HOSTED" },
	{ "X-MS-Exchange-CrossTenant-userprincipalname", "%96b" },
	{ "X-MS-Exchange-Transport-CrossTenantHeadersStamped", "AM8PR83MB%4d" },
	{ "X-MS-Exchange-MessageSentRepresentingType", "1" },
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == CORPUS_HEADER_FIELDS, "as documented");

struct writer {
	struct bytes *out;
	struct rng rng;
	const struct kind *kind;
};

static void put_random(struct writer *w, const char *alphabet, size_t n)
{
	size_t letters = strlen(alphabet);
	char buffer[128];

	while (n) {
		size_t len = n < sizeof(buffer) ? n : sizeof(buffer);

		for (size_t i = 0; i < len; i++)
			buffer[i] = alphabet[rng_below(&w->rng, (uint32_t)letters)];
		bytes_put(w->out, buffer, len);
		n -= len;
	}
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char hex[] = "0123456789abcdef";
static const char digits[] = "0123456789";

static void put_guid(struct writer *w)
{
	static const size_t groups[] = { 8, 4, 4, 4, 12 };

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (i)
			bytes_put_string(w->out, "-");
		put_random(w, hex, groups[i]);
	}
}

static void put_encoded_lines(struct writer *w, size_t n)
{
	while (n--) {
		bytes_put_string(w->out, "\r\n\t=?us-ascii?Q?");
		put_random(w, base64, 60);
		bytes_put_string(w->out, "?=");
	}
}

static void put_server(struct writer *w)
{
	bytes_put_string(w->out, "DB9PR83MB");
	put_random(w, digits, 4);
	bytes_put_string(w->out, ".EURPRD83.prod.outlook.com");
}

static void put_directive(struct writer *w, char letter, size_t n)
{
	switch (letter) {
	case 'b':
		put_random(w, base64, n);
		break;
	case 'x':
		put_random(w, hex, n);
		break;
	case 'd':
		put_random(w, digits, n);
		break;
	case 'e':
		put_encoded_lines(w, n);
		break;
	case 'g':
		put_guid(w);
		break;
	case 's':
		put_server(w);
		break;
	case 'F':
		bytes_put_string(w->out, w->kind->from_domain);
		break;
	case 'O':
		bytes_put_string(w->out, w->kind->stamped_org);
		break;
	case 'I':
		bytes_put_string(w->out, w->kind->stamped_id);
		break;
	default:
		bytes_put(w->out, &letter, 1);
		break;
	}
}

static void put_value(struct writer *w, const char *template)
{
	for (const char *p = template; *p; p++) {
		if (*p == '\n') {
			bytes_put_string(w->out, "\r\n");
		} else if (*p == '%') {
			char *letter;
			size_t n = strtoul(p + 1, &letter, 10);

			put_directive(w, *letter, n);
			p = letter;
		} else {
			bytes_put(w->out, p, 1);
		}
	}
}

static void put_body(struct writer *w, size_t body_bytes)
{
	for (size_t done = 0; done < body_bytes; done += 78) {
		put_random(w, base64, body_bytes - done < 76 ? body_bytes - done : 76);
		bytes_put_string(w->out, "\r\n");
	}
}

static void write_message(struct writer *w, size_t body_bytes)
{
	for (size_t i = 0; i < CORPUS_HEADER_FIELDS; i++) {
		bytes_put_string(w->out, fields[i].name);
		bytes_put_string(w->out, fields[i].value[0] == '\n' ? ":" : ": ");
		put_value(w, fields[i].value);
		bytes_put_string(w->out, "\r\n");
	}
	bytes_put_string(w->out, "\r\n");
	put_body(w, body_bytes);
}

static struct corpus_message *allocate(struct corpus *corpus, size_t n)
{
	corpus->n = n;
	corpus->messages = calloc(n, sizeof(*corpus->messages));
	if (!corpus->messages) {
		perror("exogate-bench");
		exit(1);
	}
	return corpus->messages;
}

void corpus_generate(uint64_t seed, size_t n, size_t body_bytes, struct corpus *out)
{
	struct corpus_message *messages = allocate(out, n);

	for (size_t i = 0; i < n; i++) {
		struct writer w = {
			.out = &messages[i].text,
			.rng = { seed + i },
			.kind = i % 16 == 5  ? &forged :
				i % 16 == 11 ? &unknown :
					       &own,
		};

		write_message(&w, body_bytes);
		messages[i].expect = w.kind->expect;
		snprintf(messages[i].mail_from, sizeof(messages[i].mail_from), "<alice@%s>",
			 w.kind->from_domain);
	}
}

bool corpus_read(char **paths, size_t n, enum reply_verdict expect, struct corpus *out,
		 FILE *errors)
{
	struct corpus_message *messages = allocate(out, n);

	for (size_t i = 0; i < n; i++) {
		messages[i].expect = expect;
		snprintf(messages[i].mail_from, sizeof(messages[i].mail_from), "<>");
		if (bytes_put_file(&messages[i].text, paths[i]))
			continue;
		fprintf(errors, "exogate-bench: %s: %s\n", paths[i], strerror(errno));
		corpus_free(out);
		return false;
	}
	return true;
}

void corpus_free(struct corpus *corpus)
{
	for (size_t i = 0; i < corpus->n; i++)
		free(corpus->messages[i].text.p);
	free(corpus->messages);
	memset(corpus, 0, sizeof(*corpus));
}
