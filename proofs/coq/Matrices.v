(** Matrices as lists of rows, and the theorem behind every certificate:

      null_space_exact.  If D V = 0, L D + V W = d I, W V = d I and d is not 0, then the columns of V are independent, and
      D w = 0 exactly for those w with d w = V c for some c.

    The premises are checked by computation ([certified]); L may use a few rows of D only. *)

From Coq Require Import List Bool Arith Lia Ring.
Import ListNotations.
Require Import Numbers.
Local Open Scope number_scope.

Section Matrices.
Variable K : domain.
Add Ring matrix_numbers : (laws K).
Implicit Types (x y w c : list K) (A B D V L W : list (list K)) (d : K).

Definition zeros (m : nat) : list K := repeat 0 m.
Definition scale (a : K) x : list K := map (fun b => a * b) x.

Fixpoint plus x y : list K :=
  match x, y with
  | a :: x', b :: y' => a + b :: plus x' y'
  | _, _ => []
  end.

Fixpoint dot x y : K :=
  match x, y with
  | a :: x', b :: y' => a * b + dot x' y'
  | _, _ => 0
  end.

(** A x *)
Definition apply A x : list K := map (fun row => dot row x) A.

(** The combination of the rows of B, each m long, with the weights x; weights 0 are skipped. *)
Fixpoint combination (m : nat) x B : list K :=
  match x, B with
  | a :: x', row :: B' =>
      if equal a 0 then combination m x' B' else plus (scale a row) (combination m x' B')
  | _, _ => zeros m
  end.

(** A B, for B of width m *)
Definition product (m : nat) A B : list (list K) := map (fun row => combination m row B) A.

Fixpoint sum_of A B : list (list K) :=
  match A, B with
  | a :: A', b :: B' => plus a b :: sum_of A' B'
  | _, _ => []
  end.

(** d I *)
Definition scalar (m : nat) d : list (list K) :=
  map (fun i => map (fun j => if i =? j then d else 0) (seq 0 m)) (seq 0 m).

Definition picked (rows : list nat) D : list (list K) := map (fun i => nth i D []) rows.

(** Checks by computation. *)
Definition has_width (m : nat) A : bool := forallb (fun row => length row =? m) A.

Fixpoint same_row x y : bool :=
  match x, y with
  | a :: x', b :: y' => if equal a b then same_row x' y' else false
  | [], [] => true
  | _, _ => false
  end.

Fixpoint same A B : bool :=
  match A, B with
  | a :: A', b :: B' => same_row a b && same A' B'
  | [], [] => true
  | _, _ => false
  end.

Definition all_zero A : bool := forallb (forallb (fun a => equal a 0)) A.

(** D has width m, V has m rows of width k, L has m rows, W has k rows of width m. *)
Definition certified (m k : nat) D V (rows : list nat) L W d : bool :=
  has_width m D && has_width k V && (length V =? m) && (length L =? m) && has_width m W && (length W =? k)
  && forallb (fun i => i <? length D) rows
  && negb (equal d 0)
  && all_zero (product k D V)
  && same (sum_of (product m L (picked rows D)) (product m V W)) (scalar m d)
  && same (product k W V) (scalar k d).

(** Proofs. *)
Lemma decide (a b : K) : a = b \/ a <> b.
Proof.
  destruct (equal a b) eqn:E.
  - left. now apply equal_spec.
  - right. intros H. apply equal_spec in H. congruence.
Qed.

Lemma cancel d (a : K) : d <> 0 -> d * a = 0 -> a = 0.
Proof. intros H E. destruct (no_zero_divisors K _ _ E); tauto. Qed.

Lemma same_row_true x y : same_row x y = true -> x = y.
Proof.
  revert y. induction x as [|a x IH]; intros [|b y]; simpl; try easy.
  destruct (equal a b) eqn:E; [|easy]. apply equal_spec in E. subst. intros H. f_equal. auto.
Qed.

Lemma same_true A B : same A B = true -> A = B.
Proof.
  revert B. induction A as [|a A IH]; intros [|b B]; simpl; try easy.
  rewrite andb_true_iff. intros [H1 H2]. f_equal; auto using same_row_true.
Qed.

Lemma plus_length x y : length y = length x -> length (plus x y) = length x.
Proof. revert y. induction x; intros [|b y]; simpl; auto. Qed.

Lemma dot_zeros m x : dot (zeros m) x = 0.
Proof. revert x. induction m; intros [|b x]; simpl; auto. unfold zeros in IHm. rewrite IHm. ring. Qed.

Lemma dot_scale_left a x y : dot (scale a x) y = a * dot x y.
Proof.
  revert y. unfold scale. induction x as [|b x IH]; intros [|e y]; simpl; try ring. rewrite IH. ring.
Qed.

Lemma dot_scale_right a x y : dot x (scale a y) = a * dot x y.
Proof.
  revert y. unfold scale. induction x as [|b x IH]; intros [|e y]; simpl; try ring. rewrite IH. ring.
Qed.

Lemma dot_plus x y w : length x = length y -> dot (plus x y) w = dot x w + dot y w.
Proof.
  revert y w. induction x as [|a x IH]; intros [|b y] [|e w]; simpl; try easy; intros; try ring.
  rewrite IH by lia. ring.
Qed.

Lemma has_width_In m A : has_width m A = true -> forall row, In row A -> length row = m.
Proof. intros H row I. apply Nat.eqb_eq. revert row I. now apply forallb_forall. Qed.

Lemma combination_spec m x B w :
  (forall row, In row B -> length row = m) ->
  length (combination m x B) = m /\ dot (combination m x B) w = dot x (apply B w).
Proof.
  revert B. induction x as [|a x IH]; intros [|row B] H; simpl;
    try (split; [apply repeat_length | apply dot_zeros]).
  destruct (IH B) as [H1 H2]. { intros r I. apply H. now right. }
  assert (length row = m) as Hr by (apply H; now left).
  destruct (equal a 0) eqn:E.
  - apply equal_spec in E. subst. split; [easy|]. fold (apply B w). rewrite H2. ring.
  - assert (length (scale a row) = m) as Hs by (unfold scale; now rewrite map_length).
    split. { rewrite plus_length; congruence. }
    rewrite dot_plus by congruence. fold (apply B w). rewrite H2, dot_scale_left. ring.
Qed.

Lemma product_apply m A B w :
  (forall row, In row B -> length row = m) -> apply (product m A B) w = apply A (apply B w).
Proof.
  intros H. unfold product. unfold apply at 1. rewrite map_map. apply map_ext. intros x.
  now apply combination_spec.
Qed.

Lemma sum_of_apply m A B w :
  (forall row, In row A -> length row = m) -> (forall row, In row B -> length row = m) ->
  apply (sum_of A B) w = plus (apply A w) (apply B w).
Proof.
  revert B. induction A as [|a A IH]; intros [|b B] H H'; simpl; try easy.
  rewrite dot_plus. 2:{ rewrite H, H'; simpl; auto. }
  f_equal. apply IH; intros r I; [apply H | apply H']; now right.
Qed.

Lemma dot_unit d i s m w :
  length w = m -> dot (map (fun j => if i =? j then d else 0) (seq s m)) w =
    if (s <=? i) && (i <? s + m) then d * nth (i - s) w 0 else 0.
Proof.
  revert s w. induction m as [|m IH]; intros s [|a w] H; simpl in *; try discriminate.
  { destruct ((s <=? i) && (i <? s + 0)%nat) eqn:E; [|easy]. apply andb_true_iff in E.
    rewrite Nat.leb_le, Nat.ltb_lt in E. lia. }
  rewrite IH by lia. destruct (Nat.eqb_spec i s) as [->|N].
  - rewrite Nat.sub_diag. replace (s <=? s) with true by (symmetry; apply Nat.leb_refl).
    replace (S s <=? s) with false by (symmetry; apply Nat.leb_gt; lia).
    replace (s <? s + S m) with true by (symmetry; apply Nat.ltb_lt; lia). simpl. ring.
  - replace (s + S m)%nat with (S s + m)%nat by lia. destruct (Nat.leb_spec (S s) i).
    + replace (s <=? i) with true by (symmetry; apply Nat.leb_le; lia). simpl.
      destruct (i <? S (s + m)) eqn:E; [|ring].
      replace (i - s)%nat with (S (i - S s)) by lia. ring.
    + replace (s <=? i) with false by (symmetry; apply Nat.leb_gt; lia). simpl. ring.
Qed.

Lemma map_nth_seq x : map (fun i => nth i x 0) (seq 0 (length x)) = x.
Proof.
  induction x as [|a x IH]; simpl; [easy|]. f_equal. rewrite <- seq_shift, map_map. exact IH.
Qed.

Lemma scalar_apply m d w : length w = m -> apply (scalar m d) w = scale d w.
Proof.
  intros H. unfold apply, scalar. rewrite map_map.
  transitivity (map (fun i => d * nth i w 0) (seq 0 m)).
  - apply map_ext_in. intros i I. apply in_seq in I. rewrite dot_unit by easy. rewrite Nat.sub_0_r.
    replace (i <? 0 + m) with true by (symmetry; apply Nat.ltb_lt; lia). now replace (0 <=? i) with true.
  - unfold scale. subst m. rewrite <- (map_nth_seq w) at 2. now rewrite map_map.
Qed.

Lemma apply_zeros A m : apply A (zeros m) = zeros (length A).
Proof.
  unfold apply, zeros. induction A as [|a A IH]; simpl; [easy|]. f_equal; [|easy].
  clear. revert a. induction m; intros [|b a]; simpl; auto. rewrite IHm. ring.
Qed.

Lemma apply_scale A d w : apply A (scale d w) = scale d (apply A w).
Proof. unfold apply, scale at 2. rewrite map_map. apply map_ext. intros. apply dot_scale_right. Qed.

Lemma scale_zero d w : d <> 0 -> scale d w = zeros (length w) -> w = zeros (length w).
Proof.
  intros N. induction w as [|a w IH]; simpl; [easy|]. unfold zeros. simpl. intros [= H1 H2].
  f_equal; [now apply cancel with d | now apply IH].
Qed.

Lemma plus_zeros m x : length x = m -> plus (zeros m) x = x.
Proof.
  intros <-. induction x as [|a x IH]; simpl; [easy|]. unfold zeros in IH. rewrite IH. f_equal. ring.
Qed.

Lemma zero_row x : forallb (fun a => equal a 0) x = true -> x = zeros (length x).
Proof.
  induction x as [|a x IH]; simpl; [easy|]. rewrite andb_true_iff, equal_spec. intros [-> H].
  unfold zeros. simpl. f_equal. auto.
Qed.

Lemma all_zero_apply A w : all_zero A = true -> apply A w = zeros (length A).
Proof.
  unfold all_zero, apply. induction A as [|a A IH]; simpl; [easy|]. rewrite andb_true_iff. intros [H1 H2].
  unfold zeros. simpl. f_equal; [|now apply IH]. rewrite (zero_row a H1). apply dot_zeros.
Qed.

Lemma zeros_apply A w : apply A w = zeros (length A) <-> forall row, In row A -> dot row w = 0.
Proof.
  unfold apply. split.
  - induction A as [|a A IH]; simpl; [easy|]. unfold zeros. simpl. intros [= H1 H2] row [<-|I]; [easy|].
    now apply IH.
  - intros H. induction A as [|a A IH]; simpl; [easy|]. unfold zeros. simpl. f_equal.
    + apply H. now left.
    + apply IH. intros row I. apply H. now right.
Qed.

Definition independent (m k : nat) V := forall c, length c = k -> apply V c = zeros m -> c = zeros k.

Lemma certified_spec m k D V rows L W d :
  certified m k D V rows L W d = true ->
  d <> 0 /\ has_width m D = true /\ has_width k V = true /\ length V = m /\ has_width m W = true /\ length W = k /\
  length L = m /\ (forall row, In row (picked rows D) -> In row D) /\ all_zero (product k D V) = true /\
  sum_of (product m L (picked rows D)) (product m V W) = scalar m d /\ product k W V = scalar k d.
Proof.
  unfold certified. rewrite !andb_true_iff, !Nat.eqb_eq, negb_true_iff.
  intros ((((((((((HD & HV) & lV) & lL) & HW) & lW) & Hr) & Hd) & HDV) & HI) & HWV).
  repeat split; auto using same_true.
  - intros E. apply equal_spec in E. congruence.
  - rewrite forallb_forall in Hr. intros row I. apply in_map_iff in I. destruct I as (i & <- & I). apply nth_In.
    apply Nat.ltb_lt. now apply Hr.
Qed.

(** The weights of a null vector are W w. *)
Lemma null_space_weights m k D V rows L W d w :
  certified m k D V rows L W d = true -> length w = m -> apply D w = zeros (length D) ->
  scale d w = apply V (apply W w).
Proof.
  intros H lw E. apply certified_spec in H. destruct H as (N & HD & HV & lV & HW & lW & lL & Hp & HDV & HI & HWV).
  pose proof (has_width_In _ _ HD) as wD. pose proof (has_width_In _ _ HW) as wW.
  rewrite <- scalar_apply with (m := m) by easy. rewrite <- HI.
  rewrite sum_of_apply with (m := m).
  2,3: intros row I; apply in_map_iff in I; destruct I as (x & <- & _); apply combination_spec; auto.
  rewrite !product_apply by auto.
  replace (apply (picked rows D) w) with (zeros (length (picked rows D))).
  2:{ symmetry. apply zeros_apply. intros row I. rewrite zeros_apply in E. auto. }
  rewrite apply_zeros, lL. apply plus_zeros. unfold apply. now rewrite map_length.
Qed.

Theorem null_space_exact m k D V rows L W d :
  certified m k D V rows L W d = true ->
  independent m k V /\
  forall w, length w = m ->
    (apply D w = zeros (length D) <-> exists c, length c = k /\ scale d w = apply V c).
Proof.
  intros H. pose proof (null_space_weights m k D V rows L W d) as G. pose proof H as H'.
  apply certified_spec in H'. destruct H' as (N & HD & HV & lV & HW & lW & lL & Hp & HDV & HI & HWV).
  pose proof (has_width_In _ _ HV) as wV. split.
  - intros c lc E. rewrite <- lc in *. apply (scale_zero d); [easy|].
    rewrite <- scalar_apply with (m := length c) by easy. rewrite <- HWV, product_apply by easy.
    rewrite E, apply_zeros. congruence.
  - intros w lw. split.
    + intros E. exists (apply W w). split. { unfold apply. rewrite map_length. congruence. } now apply G.
    + intros (c & lc & E). rewrite <- (map_length (fun row => dot row w) D).
      apply (scale_zero d); [easy|]. change (map (fun row => dot row w) D) with (apply D w).
      rewrite <- apply_scale, E, <- product_apply with (m := k) by easy.
      rewrite all_zero_apply by easy. unfold product, apply. now rewrite !map_length.
Qed.
End Matrices.
