// The 80 rounds over vectors `v` of 64-bit lanes, in terms of the including
// file's add, sum0, sum1, small0, small1, choose, majority and K; `s` becomes the
// working variables after the last round, `w` is used up.

INLINE void round_(v *d, v *h, v a, v b, v c, v e, v f, v g, v w, int t) {
  v k = add(w, SET1((long long)cl_sha512_k[t]));
  v t1 = add(add(add(*h, k), choose(e, f, g)), sum1(e));
  *d = add(*d, t1);
  *h = add(add(t1, majority(a, b, c)), sum0(a));
}

// The word that follows w[0 ..< 16] by 16 places, in place of w[i].
INLINE v expanded(const v w[16], int i) {
  return add(add(w[i], w[(i + 9) % 16]),
             add(small0(w[(i + 1) % 16]), small1(w[(i + 14) % 16])));
}

INLINE void sixteen_rounds(v s[8], v w[16], int t, int expand) {
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) {
    if (expand) w[i] = expanded(w, i);
    // Instead of moving the variables down each round, their names turn.
#define S(n) s[(unsigned)(n - i) % 8]
    round_(&S(3), &S(7), S(0), S(1), S(2), S(4), S(5), S(6), w[i], t + i);
#undef S
  }
}

INLINE void rounds(v s[8], v w[16]) {
  sixteen_rounds(s, w, 0, 0);
#pragma clang loop unroll(disable)
  for (int t = 16; t < 80; t += 16) sixteen_rounds(s, w, t, 1);
}
