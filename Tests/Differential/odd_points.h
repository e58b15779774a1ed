#ifndef ODD_POINTS_H
#define ODD_POINTS_H

// Encodings and scalars at the edges, on which implementations of Ed25519 differ.

#include <sodium.h>
#include <stdint.h>
#include <string.h>

// L, and a point of order 8: its multiples are the eight points of small order.
static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                  0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                  0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
static const uint8_t order_8[32] = {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f,
                                    0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
                                    0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6,
                                    0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a};
static uint8_t small_order[8][32];

// Fills small_order; 0, or -1 when libsodium does not add its points.
static inline int make_small_order(void) {
  memset(small_order[0], 0, 32);
  small_order[0][0] = 1;
  for (int i = 1; i < 8; i++) {
    if (crypto_core_ed25519_add(small_order[i], small_order[i - 1], order_8) != 0) return -1;
  }
  return 0;
}

#define EDGES 112u

// The encodings at the edges, by index below EDGES: y of 0 … 23, y of p … p + 18 and of five
// below p, points of small order; each with either sign.
static inline void edge_encoding(uint8_t out[32], unsigned index) {
  const unsigned which = index / 2;
  if (which < 24) {
    memset(out, 0, 32);
    out[0] = (uint8_t)which;
  } else if (which < 48) {
    memset(out, 0xff, 32);
    out[0] = (uint8_t)(0xff - (which - 24));
    out[31] = 0x7f;
  } else {
    memcpy(out, small_order[which - 48], 32);
  }
  out[31] ^= (uint8_t)(index % 2 << 7);
}

// S + n modulo 2^256, in place.
static inline void shift_scalar(uint8_t s[32], const uint8_t n[32]) {
  unsigned carry = 0;
  for (int i = 0; i < 32; i++) {
    carry += (unsigned)s[i] + n[i];
    s[i] = (uint8_t)carry;
    carry >>= 8;
  }
}

// A signature of `message` that holds by ZIP-215, by the key of scalar a with nonce r (both
// reduced), key and nonce shifted by the points of small order of these indices.
static inline void sign_shifted(uint8_t key[32], uint8_t signature[64], const uint8_t a[32],
                                const uint8_t r[32], unsigned key_torsion,
                                unsigned nonce_torsion, const uint8_t *message,
                                size_t length) {
  uint8_t digest[64], challenge[32];
  crypto_scalarmult_ed25519_base_noclamp(key, a);
  crypto_scalarmult_ed25519_base_noclamp(signature, r);
  if (key_torsion != 0) crypto_core_ed25519_add(key, key, small_order[key_torsion]);
  if (nonce_torsion != 0) crypto_core_ed25519_add(signature, signature, small_order[nonce_torsion]);
  crypto_hash_sha512_state hash;
  crypto_hash_sha512_init(&hash);
  crypto_hash_sha512_update(&hash, signature, 32);
  crypto_hash_sha512_update(&hash, key, 32);
  crypto_hash_sha512_update(&hash, message, length);
  crypto_hash_sha512_final(&hash, digest);
  crypto_core_ed25519_scalar_reduce(challenge, digest);
  crypto_core_ed25519_scalar_mul(challenge, challenge, a);
  crypto_core_ed25519_scalar_add(signature + 32, challenge, r);
}

#endif
