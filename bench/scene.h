/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scene - who takes part in the generated mail: one tenant, its relay, and the verifier of DKIM
 * that runs before the milter.  Messages, settings and peers are made from these names.
 */
#ifndef EXOGATE_SCENE_H
#define EXOGATE_SCENE_H

#define SCENE_TENANT	    "contoso"
#define SCENE_DOMAIN	    "contoso.com"
#define SCENE_SERVICE	    "contoso.onmicrosoft.com"
#define SCENE_TENANT_ID	    "1234abcd-18c5-45e8-88de-123456789abc"
#define SCENE_RELAY	    "relay.example.net"
#define SCENE_VERIFIER	    "dkim.relay.example.net"
#define SCENE_CERTIFICATE   "mail.protection.outlook.com"
#define SCENE_CLIENT	    "40.107.1.2"
#define SCENE_CLIENT_PREFIX "40.107.0.0/16"

/* Another tenant of the same cloud, and a domain that no tenant here has. */
#define SCENE_ATTACKER	  "attacker.onmicrosoft.com"
#define SCENE_ATTACKER_ID "9d2f6f0e-5b1c-4f0b-8a57-6f1f0f3e2c11"
#define SCENE_STRANGER	  "fabrikam.example"

#define SCENE_RCPT "<someone@example.org>"

#endif
