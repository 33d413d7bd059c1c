(** Two more kinds of numbers: Z[c] with c^2 = p + q c, and with c^3 = p + q c + r c^2; a number is the list of its
    coefficients.  That they have no zero divisors is decided modulo a natural number m >= 2: if no two residues that are
    not 0 have the product 0 modulo m, no two numbers that are not 0 have the product 0 (divide both by m as often as all
    their coefficients are divisible).  So the polynomial is irreducible over Q, and an equation between numbers is one
    between the real numbers that they stand for, whichever root c is. *)

From Coq Require Import ZArith Ring List Bool Lia.
Import ListNotations.
Require Import Numbers.

Definition residues (m : Z) : list Z := map Z.of_nat (seq 0 (Z.to_nat m)).
Definition divides (m : Z) (x : Z) : bool := (x mod m =? 0)%Z.

Local Open Scope Z_scope.

Lemma residues_In m x : 2 <= m -> In (x mod m) (residues m).
Proof.
  intros H. pose proof (Z.mod_pos_bound x m ltac:(lia)). apply in_map_iff. exists (Z.to_nat (x mod m)).
  rewrite Z2Nat.id by lia. split; [easy|]. apply in_seq. lia.
Qed.

Lemma divides_mod m x : 2 <= m -> divides m (x mod m) = divides m x.
Proof. intros H. unfold divides. now rewrite Z.mod_mod by lia. Qed.

Lemma divides_spec m x : 2 <= m -> divides m x = true -> exists y, x = m * y.
Proof. unfold divides. rewrite Z.eqb_eq. intros H E. exists (x / m). apply Z.div_exact; lia. Qed.

Lemma multiple_divides m x y : 2 <= m -> x = m * y -> divides m x = true.
Proof. intros H ->. unfold divides. rewrite Z.mul_comm, Z.mod_mul by lia. easy. Qed.

Lemma split_mod m x : 2 <= m -> exists y, x mod m = x - m * y.
Proof. intros H. exists (x / m). pose proof (Z.div_mod x m ltac:(lia)). lia. Qed.

Lemma pair_equal (a b a' b' : Z) : a = a' -> b = b' -> (a, b) = (a', b').
Proof. congruence. Qed.

Lemma triple_equal (a b c a' b' c' : Z) : a = a' -> b = b' -> c = c' -> (a, b, c) = (a', b', c').
Proof. congruence. Qed.

(** c^2 = p + q c *)
Section Quadratic.
Variables p q : Z.

Definition quadratic : Type := Z * Z.
Definition quadratic_add (x y : quadratic) : quadratic :=
  let '(x0, x1) := x in let '(y0, y1) := y in (x0 + y0, x1 + y1).
Definition quadratic_opp (x : quadratic) : quadratic := let '(x0, x1) := x in (- x0, - x1).
Definition quadratic_mul (x y : quadratic) : quadratic :=
  let '(x0, x1) := x in
  let '(y0, y1) := y in
  let high := x1 * y1 in
  (x0 * y0 + p * high, x0 * y1 + x1 * y0 + q * high).
Definition quadratic_equal (x y : quadratic) : bool :=
  let '(x0, x1) := x in
  let '(y0, y1) := y in
  if x0 =? y0 then x1 =? y1 else false.

Definition quadratic_zero : quadratic := (0, 0).
Definition quadratic_one : quadratic := (1, 0).

Lemma quadratic_laws :
  ring_theory quadratic_zero quadratic_one quadratic_add quadratic_mul (fun x y => quadratic_add x (quadratic_opp y)) quadratic_opp (@eq quadratic).
Proof.
  unfold quadratic, quadratic_zero, quadratic_one, quadratic_add, quadratic_mul, quadratic_opp.
  constructor; intros;
    repeat match goal with x : (_ * _)%type |- _ => destruct x end; cbv beta iota zeta; apply pair_equal; ring.
Qed.

Lemma quadratic_equal_spec x y : quadratic_equal x y = true <-> x = y.
Proof.
  destruct x as [x0 x1], y as [y0 y1]. simpl.
  repeat match goal with |- context [if ?a =? ?b then _ else _] => destruct (Z.eqb_spec a b) end;
    rewrite ?Z.eqb_eq; split; congruence.
Qed.

(** No zero divisors modulo m. *)
Definition quadratic_divides (m : Z) (x : quadratic) : bool :=
  let '(x0, x1) := x in divides m x0 && divides m x1.

Definition quadratic_irreducible (m : Z) : bool :=
  let all := list_prod (residues m) (residues m) in
  (2 <=? m)
  && forallb (fun x => if quadratic_divides m x then true else
       forallb (fun y => if quadratic_divides m y then true else negb (quadratic_divides m (quadratic_mul x y))) all) all.

Definition quadratic_size (x : quadratic) : Z := let '(x0, x1) := x in Z.abs x0 + Z.abs x1.
Definition quadratic_times (m : Z) (x : quadratic) : quadratic := let '(x0, x1) := x in (m * x0, m * x1).

Lemma quadratic_step m x y :
  quadratic_irreducible m = true -> quadratic_mul x y = quadratic_zero -> quadratic_divides m x = true \/ quadratic_divides m y = true.
Proof.
  unfold quadratic_irreducible. rewrite andb_true_iff, Z.leb_le, forallb_forall. intros [M H] E.
  destruct x as [x0 x1], y as [y0 y1].
  assert (forall z0 z1, quadratic_divides m (z0 mod m, z1 mod m) = quadratic_divides m (z0, z1)) as R.
  { intros. unfold quadratic_divides. now rewrite !divides_mod by easy. }
  specialize (H (x0 mod m, x1 mod m)). rewrite R in H.
  destruct (quadratic_divides m (x0, x1)); [now left|]. destruct (quadratic_divides m (y0, y1)) eqn:Y; [now right|]. exfalso.
  rewrite forallb_forall in H. specialize (H ltac:(repeat apply in_prod; now apply residues_In) (y0 mod m, y1 mod m)).
  rewrite R, Y in H. specialize (H ltac:(repeat apply in_prod; now apply residues_In)). apply negb_true_iff in H.
  revert H. apply not_false_iff_true.
  destruct (split_mod m x0 M) as [x0' ->].
  destruct (split_mod m x1 M) as [x1' ->].
  destruct (split_mod m y0 M) as [y0' ->].
  destruct (split_mod m y1 M) as [y1' ->].
  unfold quadratic_mul, quadratic_zero in *. injection E as E0 E1.
  unfold quadratic_divides. rewrite !andb_true_iff. repeat split;
    match goal with |- divides m ?z = true => idtac end.
  - apply (multiple_divides m _ (m * p * x1' * y1' + m * x0' * y0' - p * x1 * y1' - p * x1' * y1 - x0 * y0' - x0' * y0) M).
    transitivity ((x0 * y0 + p * (x1 * y1)) + m * (m * p * x1' * y1' + m * x0' * y0' - p * x1 * y1' - p * x1' * y1 - x0 * y0' - x0' * y0)); [ring | rewrite E0; ring].
  - apply (multiple_divides m _ (m * q * x1' * y1' + m * x0' * y1' + m * x1' * y0' - q * x1 * y1' - q * x1' * y1 - x0 * y1' - x0' * y1 - x1 * y0' - x1' * y0) M).
    transitivity ((x0 * y1 + x1 * y0 + q * (x1 * y1)) + m * (m * q * x1' * y1' + m * x0' * y1' + m * x1' * y0' - q * x1 * y1' - q * x1' * y1 - x0 * y1' - x0' * y1 - x1 * y0' - x1' * y0)); [ring | rewrite E1; ring].
Qed.

Lemma quadratic_descent m (n : nat) x y :
  quadratic_irreducible m = true -> quadratic_size x + quadratic_size y <= Z.of_nat n -> quadratic_mul x y = quadratic_zero ->
  x = quadratic_zero \/ y = quadratic_zero.
Proof.
  intros H. assert (2 <= m) as M. { unfold quadratic_irreducible in H. apply andb_true_iff in H. now apply Z.leb_le. }
  assert (forall x, quadratic_divides m x = true -> exists y, x = quadratic_times m y) as Dv.
  { intros [z0 z1] Z. unfold quadratic_divides in Z. rewrite !andb_true_iff in Z.
    repeat match goal with h : _ /\ _ |- _ => destruct h end.
    repeat match goal with h : divides m _ = true |- _ => apply (divides_spec m _ M) in h; destruct h as [? ->] end.
    eexists (_, _). reflexivity. }
  assert (forall x, x <> quadratic_zero -> quadratic_size x < quadratic_size (quadratic_times m x)) as G.
  { intros [z0 z1] N. unfold quadratic_size, quadratic_times. rewrite !Z.abs_mul, (Z.abs_eq m) by lia.
    assert (0 < Z.abs z0 + Z.abs z1) by (apply Z.nle_gt; intros ?; apply N; unfold quadratic_zero; apply pair_equal; lia).
    nia. }
  assert (forall x, quadratic_times m x = quadratic_zero -> x = quadratic_zero) as C.
  { intros [z0 z1]. unfold quadratic_times, quadratic_zero. intros [= e0 e1].
    apply Z.mul_eq_0_r in e0; [|lia]. apply Z.mul_eq_0_r in e1; [|lia]. congruence. }
  assert (forall x y, quadratic_mul (quadratic_times m x) y = quadratic_times m (quadratic_mul x y)) as ML.
  { intros [x0 x1] [y0 y1]. unfold quadratic_mul, quadratic_times. cbv zeta. apply pair_equal; ring. }
  assert (forall x y, quadratic_mul x (quadratic_times m y) = quadratic_times m (quadratic_mul x y)) as MR.
  { intros [x0 x1] [y0 y1]. unfold quadratic_mul, quadratic_times. cbv zeta. apply pair_equal; ring. }
  revert x y. induction n as [|n IH]; intros x y B E.
  - left. destruct x as [x0 x1], y as [y0 y1]. unfold quadratic_size, quadratic_zero in *. apply pair_equal; lia.
  - destruct (quadratic_equal x quadratic_zero) eqn:Zx; [left; now apply quadratic_equal_spec|].
    destruct (quadratic_equal y quadratic_zero) eqn:Zy; [right; now apply quadratic_equal_spec|]. exfalso.
    assert (x <> quadratic_zero) as Nx by (intros F; apply quadratic_equal_spec in F; congruence).
    assert (y <> quadratic_zero) as Ny by (intros F; apply quadratic_equal_spec in F; congruence).
    clear Zx Zy. destruct (quadratic_step m x y H E) as [Z|Z]; destruct (Dv _ Z) as [z ->].
    + rewrite ML in E. assert (z <> quadratic_zero) as Nz by (intros ->; now apply Nx; unfold quadratic_times, quadratic_zero; rewrite Z.mul_0_r).
      pose proof (G z Nz). destruct (IH z y); [lia|now apply C|easy|easy].
    + rewrite MR in E. assert (z <> quadratic_zero) as Nz by (intros ->; now apply Ny; unfold quadratic_times, quadratic_zero; rewrite Z.mul_0_r).
      pose proof (G z Nz). destruct (IH x z); [lia|now apply C|easy|easy].
Qed.

Lemma quadratic_no_zero_divisors m :
  quadratic_irreducible m = true -> forall x y, quadratic_mul x y = quadratic_zero -> x = quadratic_zero \/ y = quadratic_zero.
Proof.
  intros H x y E. apply (quadratic_descent m (Z.to_nat (quadratic_size x + quadratic_size y))); [easy| |easy].
  destruct x as [x0 x1], y as [y0 y1]. unfold quadratic_size. lia.
Qed.

Definition quadratic_numbers (m : Z) (H : quadratic_irreducible m = true) : domain := {|
  carrier := quadratic; zero := quadratic_zero; one := quadratic_one; add := quadratic_add; mul := quadratic_mul; opp := quadratic_opp;
  equal := quadratic_equal; laws := quadratic_laws; equal_spec := quadratic_equal_spec;
  one_is_not_zero := fun e => Z.neq_succ_diag_l 0 (f_equal fst e);
  no_zero_divisors := quadratic_no_zero_divisors m H
|}.
End Quadratic.

(** c^3 = p + q c + r c^2 *)
Section Cubic.
Variables p q r : Z.

Definition cubic : Type := Z * Z * Z.
Definition cubic_add (x y : cubic) : cubic :=
  let '(x0, x1, x2) := x in let '(y0, y1, y2) := y in (x0 + y0, x1 + y1, x2 + y2).
Definition cubic_opp (x : cubic) : cubic := let '(x0, x1, x2) := x in (- x0, - x1, - x2).
Definition cubic_mul (x y : cubic) : cubic :=
  let '(x0, x1, x2) := x in
  let '(y0, y1, y2) := y in
  let fourth := x2 * y2 in
  let third := x1 * y2 + x2 * y1 + r * fourth in
  (x0 * y0 + p * third, x0 * y1 + x1 * y0 + q * third + p * fourth, x0 * y2 + x1 * y1 + x2 * y0 + r * third + q * fourth).
Definition cubic_equal (x y : cubic) : bool :=
  let '(x0, x1, x2) := x in
  let '(y0, y1, y2) := y in
  if x0 =? y0 then if x1 =? y1 then x2 =? y2 else false else false.

Definition cubic_zero : cubic := (0, 0, 0).
Definition cubic_one : cubic := (1, 0, 0).

Lemma cubic_laws :
  ring_theory cubic_zero cubic_one cubic_add cubic_mul (fun x y => cubic_add x (cubic_opp y)) cubic_opp (@eq cubic).
Proof.
  unfold cubic, cubic_zero, cubic_one, cubic_add, cubic_mul, cubic_opp.
  constructor; intros;
    repeat match goal with x : (_ * _)%type |- _ => destruct x end; cbv beta iota zeta; apply triple_equal; ring.
Qed.

Lemma cubic_equal_spec x y : cubic_equal x y = true <-> x = y.
Proof.
  destruct x as [[x0 x1] x2], y as [[y0 y1] y2]. simpl.
  repeat match goal with |- context [if ?a =? ?b then _ else _] => destruct (Z.eqb_spec a b) end;
    rewrite ?Z.eqb_eq; split; congruence.
Qed.

(** No zero divisors modulo m. *)
Definition cubic_divides (m : Z) (x : cubic) : bool :=
  let '(x0, x1, x2) := x in divides m x0 && divides m x1 && divides m x2.

Definition cubic_irreducible (m : Z) : bool :=
  let all := list_prod (list_prod (residues m) (residues m)) (residues m) in
  (2 <=? m)
  && forallb (fun x => if cubic_divides m x then true else
       forallb (fun y => if cubic_divides m y then true else negb (cubic_divides m (cubic_mul x y))) all) all.

Definition cubic_size (x : cubic) : Z := let '(x0, x1, x2) := x in Z.abs x0 + Z.abs x1 + Z.abs x2.
Definition cubic_times (m : Z) (x : cubic) : cubic := let '(x0, x1, x2) := x in (m * x0, m * x1, m * x2).

Lemma cubic_step m x y :
  cubic_irreducible m = true -> cubic_mul x y = cubic_zero -> cubic_divides m x = true \/ cubic_divides m y = true.
Proof.
  unfold cubic_irreducible. rewrite andb_true_iff, Z.leb_le, forallb_forall. intros [M H] E.
  destruct x as [[x0 x1] x2], y as [[y0 y1] y2].
  assert (forall z0 z1 z2, cubic_divides m (z0 mod m, z1 mod m, z2 mod m) = cubic_divides m (z0, z1, z2)) as R.
  { intros. unfold cubic_divides. now rewrite !divides_mod by easy. }
  specialize (H (x0 mod m, x1 mod m, x2 mod m)). rewrite R in H.
  destruct (cubic_divides m (x0, x1, x2)); [now left|]. destruct (cubic_divides m (y0, y1, y2)) eqn:Y; [now right|]. exfalso.
  rewrite forallb_forall in H. specialize (H ltac:(repeat apply in_prod; now apply residues_In) (y0 mod m, y1 mod m, y2 mod m)).
  rewrite R, Y in H. specialize (H ltac:(repeat apply in_prod; now apply residues_In)). apply negb_true_iff in H.
  revert H. apply not_false_iff_true.
  destruct (split_mod m x0 M) as [x0' ->].
  destruct (split_mod m x1 M) as [x1' ->].
  destruct (split_mod m x2 M) as [x2' ->].
  destruct (split_mod m y0 M) as [y0' ->].
  destruct (split_mod m y1 M) as [y1' ->].
  destruct (split_mod m y2 M) as [y2' ->].
  unfold cubic_mul, cubic_zero in *. injection E as E0 E1 E2.
  unfold cubic_divides. rewrite !andb_true_iff. repeat split;
    match goal with |- divides m ?z = true => idtac end.
  - apply (multiple_divides m _ (m * p * r * x2' * y2' + m * p * x1' * y2' + m * p * x2' * y1' + m * x0' * y0' - p * r * x2 * y2' - p * r * x2' * y2 - p * x1 * y2' - p * x1' * y2 - p * x2 * y1' - p * x2' * y1 - x0 * y0' - x0' * y0) M).
    transitivity ((x0 * y0 + p * ((x1 * y2 + x2 * y1) + r * (x2 * y2))) + m * (m * p * r * x2' * y2' + m * p * x1' * y2' + m * p * x2' * y1' + m * x0' * y0' - p * r * x2 * y2' - p * r * x2' * y2 - p * x1 * y2' - p * x1' * y2 - p * x2 * y1' - p * x2' * y1 - x0 * y0' - x0' * y0)); [ring | rewrite E0; ring].
  - apply (multiple_divides m _ (m * p * x2' * y2' + m * q * r * x2' * y2' + m * q * x1' * y2' + m * q * x2' * y1' + m * x0' * y1' + m * x1' * y0' - p * x2 * y2' - p * x2' * y2 - q * r * x2 * y2' - q * r * x2' * y2 - q * x1 * y2' - q * x1' * y2 - q * x2 * y1' - q * x2' * y1 - x0 * y1' - x0' * y1 - x1 * y0' - x1' * y0) M).
    transitivity ((x0 * y1 + x1 * y0 + q * ((x1 * y2 + x2 * y1) + r * (x2 * y2)) + p * (x2 * y2)) + m * (m * p * x2' * y2' + m * q * r * x2' * y2' + m * q * x1' * y2' + m * q * x2' * y1' + m * x0' * y1' + m * x1' * y0' - p * x2 * y2' - p * x2' * y2 - q * r * x2 * y2' - q * r * x2' * y2 - q * x1 * y2' - q * x1' * y2 - q * x2 * y1' - q * x2' * y1 - x0 * y1' - x0' * y1 - x1 * y0' - x1' * y0)); [ring | rewrite E1; ring].
  - apply (multiple_divides m _ (m * q * x2' * y2' + m * r * r * x2' * y2' + m * r * x1' * y2' + m * r * x2' * y1' + m * x0' * y2' + m * x1' * y1' + m * x2' * y0' - q * x2 * y2' - q * x2' * y2 - r * r * x2 * y2' - r * r * x2' * y2 - r * x1 * y2' - r * x1' * y2 - r * x2 * y1' - r * x2' * y1 - x0 * y2' - x0' * y2 - x1 * y1' - x1' * y1 - x2 * y0' - x2' * y0) M).
    transitivity ((x0 * y2 + x1 * y1 + x2 * y0 + r * ((x1 * y2 + x2 * y1) + r * (x2 * y2)) + q * (x2 * y2)) + m * (m * q * x2' * y2' + m * r * r * x2' * y2' + m * r * x1' * y2' + m * r * x2' * y1' + m * x0' * y2' + m * x1' * y1' + m * x2' * y0' - q * x2 * y2' - q * x2' * y2 - r * r * x2 * y2' - r * r * x2' * y2 - r * x1 * y2' - r * x1' * y2 - r * x2 * y1' - r * x2' * y1 - x0 * y2' - x0' * y2 - x1 * y1' - x1' * y1 - x2 * y0' - x2' * y0)); [ring | rewrite E2; ring].
Qed.

Lemma cubic_descent m (n : nat) x y :
  cubic_irreducible m = true -> cubic_size x + cubic_size y <= Z.of_nat n -> cubic_mul x y = cubic_zero ->
  x = cubic_zero \/ y = cubic_zero.
Proof.
  intros H. assert (2 <= m) as M. { unfold cubic_irreducible in H. apply andb_true_iff in H. now apply Z.leb_le. }
  assert (forall x, cubic_divides m x = true -> exists y, x = cubic_times m y) as Dv.
  { intros [[z0 z1] z2] Z. unfold cubic_divides in Z. rewrite !andb_true_iff in Z.
    repeat match goal with h : _ /\ _ |- _ => destruct h end.
    repeat match goal with h : divides m _ = true |- _ => apply (divides_spec m _ M) in h; destruct h as [? ->] end.
    eexists (_, _, _). reflexivity. }
  assert (forall x, x <> cubic_zero -> cubic_size x < cubic_size (cubic_times m x)) as G.
  { intros [[z0 z1] z2] N. unfold cubic_size, cubic_times. rewrite !Z.abs_mul, (Z.abs_eq m) by lia.
    assert (0 < Z.abs z0 + Z.abs z1 + Z.abs z2) by (apply Z.nle_gt; intros ?; apply N; unfold cubic_zero; apply triple_equal; lia).
    nia. }
  assert (forall x, cubic_times m x = cubic_zero -> x = cubic_zero) as C.
  { intros [[z0 z1] z2]. unfold cubic_times, cubic_zero. intros [= e0 e1 e2].
    apply Z.mul_eq_0_r in e0; [|lia]. apply Z.mul_eq_0_r in e1; [|lia]. apply Z.mul_eq_0_r in e2; [|lia]. congruence. }
  assert (forall x y, cubic_mul (cubic_times m x) y = cubic_times m (cubic_mul x y)) as ML.
  { intros [[x0 x1] x2] [[y0 y1] y2]. unfold cubic_mul, cubic_times. cbv zeta. apply triple_equal; ring. }
  assert (forall x y, cubic_mul x (cubic_times m y) = cubic_times m (cubic_mul x y)) as MR.
  { intros [[x0 x1] x2] [[y0 y1] y2]. unfold cubic_mul, cubic_times. cbv zeta. apply triple_equal; ring. }
  revert x y. induction n as [|n IH]; intros x y B E.
  - left. destruct x as [[x0 x1] x2], y as [[y0 y1] y2]. unfold cubic_size, cubic_zero in *. apply triple_equal; lia.
  - destruct (cubic_equal x cubic_zero) eqn:Zx; [left; now apply cubic_equal_spec|].
    destruct (cubic_equal y cubic_zero) eqn:Zy; [right; now apply cubic_equal_spec|]. exfalso.
    assert (x <> cubic_zero) as Nx by (intros F; apply cubic_equal_spec in F; congruence).
    assert (y <> cubic_zero) as Ny by (intros F; apply cubic_equal_spec in F; congruence).
    clear Zx Zy. destruct (cubic_step m x y H E) as [Z|Z]; destruct (Dv _ Z) as [z ->].
    + rewrite ML in E. assert (z <> cubic_zero) as Nz by (intros ->; now apply Nx; unfold cubic_times, cubic_zero; rewrite Z.mul_0_r).
      pose proof (G z Nz). destruct (IH z y); [lia|now apply C|easy|easy].
    + rewrite MR in E. assert (z <> cubic_zero) as Nz by (intros ->; now apply Ny; unfold cubic_times, cubic_zero; rewrite Z.mul_0_r).
      pose proof (G z Nz). destruct (IH x z); [lia|now apply C|easy|easy].
Qed.

Lemma cubic_no_zero_divisors m :
  cubic_irreducible m = true -> forall x y, cubic_mul x y = cubic_zero -> x = cubic_zero \/ y = cubic_zero.
Proof.
  intros H x y E. apply (cubic_descent m (Z.to_nat (cubic_size x + cubic_size y))); [easy| |easy].
  destruct x as [[x0 x1] x2], y as [[y0 y1] y2]. unfold cubic_size. lia.
Qed.

Definition cubic_numbers (m : Z) (H : cubic_irreducible m = true) : domain := {|
  carrier := cubic; zero := cubic_zero; one := cubic_one; add := cubic_add; mul := cubic_mul; opp := cubic_opp;
  equal := cubic_equal; laws := cubic_laws; equal_spec := cubic_equal_spec;
  one_is_not_zero := fun e => Z.neq_succ_diag_l 0 (f_equal (fun x => fst (fst x)) e);
  no_zero_divisors := cubic_no_zero_divisors m H
|}.
End Cubic.
