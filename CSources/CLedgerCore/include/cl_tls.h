#ifndef CL_TLS_H
#define CL_TLS_H

// TLS 1.3 between nodes, over buffers: no sockets, no clock, no files.
//
// Both sides present a self-signed Ed25519 certificate made in memory from the node's 32-byte
// transport seed. A session accepts any such certificate; WHO the peer is, the caller decides by
// comparing `cl_tls_session_peer_key` with the key the chain or the configuration names. A
// session whose peer key was not compared authenticates nobody.
//
// Fixed: TLS 1.3 only, X25519, Ed25519, ALPN "eco2/1"; no tickets, no resumption, no early data,
// no renegotiation (TLS 1.3 has none).
//
// Order of use: feed what the socket gave, call handshake until CL_TLS_OK, then read and write;
// after every call drain what waits for the socket, also after an error (it may be an alert the
// peer should see).
//
// Threads: a context is immutable once made and may be shared by threads; a session belongs to
// one thread at a time. A session keeps what it needs of its context, which may be freed first.
// Nothing here aborts: every failure is a return value.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CL_TLS_SEED_BYTES 32
#define CL_TLS_KEY_BYTES 32

// Ciphertext a session holds for a caller that feeds faster than it reads, or does not drain.
#define CL_TLS_INCOMING_BYTES_MAX 131072
#define CL_TLS_OUTGOING_BYTES_MAX 131072

typedef struct cl_tls_context cl_tls_context;
typedef struct cl_tls_session cl_tls_session;

// What calls return. Negative values are failures; a session that failed once keeps failing with
// the same value.
#define CL_TLS_OK 0                  // done
#define CL_TLS_WANT_INPUT 1          // feed more ciphertext, then call again
#define CL_TLS_FULL 2                // drain, then call again
#define CL_TLS_CLOSED 3              // the peer said it will send no more
#define CL_TLS_ERROR_MEMORY (-1)     // out of memory, or the library could not be set up
#define CL_TLS_ERROR_PROTOCOL (-2)   // not TLS 1.3, damaged, or the peer sent a fatal alert
#define CL_TLS_ERROR_CERTIFICATE (-3)  // no certificate, or not one self-signed Ed25519 one
#define CL_TLS_ERROR_ALPN (-4)       // the peer speaks TLS, but not "eco2/1"
#define CL_TLS_ERROR_MISUSE (-5)     // called before the handshake was done

// Makes the certificate and the settings. The seed is not kept beyond the library's key object;
// the caller wipes its own copy. Returns CL_TLS_OK and sets `*out`, or CL_TLS_ERROR_MEMORY.
int cl_tls_context_create(const uint8_t seed[CL_TLS_SEED_BYTES], cl_tls_context **out);
void cl_tls_context_free(cl_tls_context *context);

// The public key that peers will see: Ed25519 (RFC 8032), 32 bytes.
void cl_tls_context_public_key(const cl_tls_context *context, uint8_t key[CL_TLS_KEY_BYTES]);

// `server` is 1 for the side that accepted the connection, 0 for the side that dialled.
int cl_tls_session_create(const cl_tls_context *context, int server, cl_tls_session **out);
void cl_tls_session_free(cl_tls_session *session);

// Hands over ciphertext. Takes at most what keeps the held amount under
// CL_TLS_INCOMING_BYTES_MAX; `*accepted` says how much. CL_TLS_FULL when nothing fitted.
int cl_tls_session_feed(
    cl_tls_session *session, const uint8_t *bytes, size_t length, size_t *accepted);

// Goes on with the handshake. CL_TLS_OK when it is done (also when it was before),
// CL_TLS_WANT_INPUT, or an error.
int cl_tls_session_handshake(cl_tls_session *session);

// Reads up to `capacity` bytes of plaintext. CL_TLS_OK with `*length` > 0, CL_TLS_WANT_INPUT,
// CL_TLS_CLOSED, or an error.
int cl_tls_session_read(
    cl_tls_session *session, uint8_t *bytes, size_t capacity, size_t *length);

// Encrypts all of `bytes` (at most 65,536), or nothing: CL_TLS_OK, CL_TLS_FULL while
// CL_TLS_OUTGOING_BYTES_MAX or more wait to be drained, or an error.
int cl_tls_session_write(cl_tls_session *session, const uint8_t *bytes, size_t length);

// Says to the peer that no more will be sent. Harmless in any state.
void cl_tls_session_close(cl_tls_session *session);

// Ciphertext that waits for the socket, and taking it (returns how much was taken).
size_t cl_tls_session_outgoing(const cl_tls_session *session);
size_t cl_tls_session_drain(cl_tls_session *session, uint8_t *bytes, size_t capacity);

// The peer's public key. CL_TLS_OK, or CL_TLS_ERROR_MISUSE before the handshake is done.
int cl_tls_session_peer_key(const cl_tls_session *session, uint8_t key[CL_TLS_KEY_BYTES]);

// The library's own words for the session's failure; "" when it has not failed. Lives as long
// as the session.
const char *cl_tls_session_error_text(const cl_tls_session *session);

#ifdef __cplusplus
}
#endif

#endif
