// The 64 rounds over vectors `v` of 32-bit lanes, in terms of the including
// file's SET1, add, sum0, sum1, small0, small1, choose and majority.

INLINE void round_(v *d, v *h, v a, v b, v c, v e, v f, v g, v w, int t) {
  v k = add(w, SET1((int)cl_sha256_k[t]));
  v t1 = add(add(add(*h, k), choose(e, f, g)), sum1(e));
  *d = add(*d, t1);
  *h = add(add(t1, majority(a, b, c)), sum0(a));
}

// The word that follows w[0 ..< 16] by 16 places, in place of w[i].
INLINE v expanded(const v w[16], int i) {
  return add(add(w[i], w[(i + 9) % 16]),
             add(small0(w[(i + 1) % 16]), small1(w[(i + 14) % 16])));
}

// Round t + i, with w[i]. Instead of moving the variables down each round, their
// names turn.
INLINE void one_round(v s[8], const v w[16], int i, int t) {
#define S(n) s[(unsigned)(n - i) % 8]
  round_(&S(3), &S(7), S(0), S(1), S(2), S(4), S(5), S(6), w[i], t + i);
#undef S
}

INLINE void sixteen_rounds(v s[8], v w[16], int t, int expand) {
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) {
    if (expand) w[i] = expanded(w, i);
    one_round(s, w, i, t);
  }
}

// `s` becomes the working variables after the last round; `w` is used up.
INLINE void rounds(v s[8], v w[16]) {
  sixteen_rounds(s, w, 0, 0);
#pragma clang loop unroll(disable)
  for (int t = 16; t < 64; t += 16) sixteen_rounds(s, w, t, 1);
}

// The same for a block of one message byte, in bits 24 ..< 32 of `last`, at the
// end of a message of 65 bytes: the compiler folds what the other words, known
// here, come to in the first two thirds of the schedule.
INLINE void rounds_of_last_byte(v s[8], v last) {
  v w[16];
  w[0] = or_(last, SET1(0x00800000));
  for (int i = 1; i < 15; i++) w[i] = SET1(0);
  w[15] = SET1(65 * 8);
  sixteen_rounds(s, w, 0, 0);
  sixteen_rounds(s, w, 16, 1);
  sixteen_rounds(s, w, 32, 1);
  sixteen_rounds(s, w, 48, 1);
}
