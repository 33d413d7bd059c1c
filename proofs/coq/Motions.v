(** Two kinds of displacements that D_nu cannot see, whatever the environment.

      rigid_null.     Rotations: w_j = B x_j for a linear map B with M B antisymmetric, M the metric.
      symmetry_null.  What a symmetry forces: an isometry Q / q that takes every neighbour k to a neighbour p(k) of its
                      species, a permutation, gives for every displacement u the displacement w = q (rho u - u), where
                      (rho u)_p(k) = (Q / q) u_k. *)

From Coq Require Import List Bool Arith Lia Ring String Permutation.
Import ListNotations.
Require Import Numbers Matrices Environments.
Local Open Scope number_scope.

Section Motions.
Variable K : domain.
Add Ring motion_numbers : (laws K).
Variable X : environment K.
Variable nu : nat.

(** A linear map by its three rows. *)
Definition linear_map : Type := vector K * vector K * vector K.
Definition image (B : linear_map) (x : vector K) : vector K :=
  let '(r1, r2, r3) := B in (product_sum K r1 x, product_sum K r2 x, product_sum K r3 x).
Definition column (B : linear_map) (i : nat) : vector K :=
  image B (match i with O => (1, 0, 0) | S O => (0, 1, 0) | _ => (0, 0, 1) end).

(** The dot product of the images of two vectors of the frame under A and B. *)
Definition entry (A B : linear_map) (i j : nat) : K := inner K (frame K X) (column A i) (column B j).
Definition unit_map : linear_map := ((1, 0, 0), (0, 1, 0), (0, 0, 1)).

Definition antisymmetric (B : linear_map) : Prop :=
  forall i j, i < 3 -> j < 3 -> entry B unit_map i j + entry unit_map B i j = 0.

Definition isometry (q : K) (Q : linear_map) : Prop :=
  q <> 0 /\ forall i j, i < 3 -> j < 3 -> entry Q Q i j = q * q * entry unit_map unit_map i j.

Lemma entries (A B : linear_map) x y :
  inner K (frame K X) (image A x) (image B y) =
    let '(x1, x2, x3) := x in let '(y1, y2, y3) := y in
    x1 * (y1 * entry A B 0 0 + y2 * entry A B 0 1 + y3 * entry A B 0 2)
    + x2 * (y1 * entry A B 1 0 + y2 * entry A B 1 1 + y3 * entry A B 1 2)
    + x3 * (y1 * entry A B 2 0 + y2 * entry A B 2 1 + y3 * entry A B 2 2).
Proof.
  destruct A as [[[[a1 a2] a3] [[a4 a5] a6]] [[a7 a8] a9]], B as [[[[b1 b2] b3] [[b4 b5] b6]] [[b7 b8] b9]].
  destruct x as [[x1 x2] x3], y as [[y1 y2] y3]. unfold entry, column, image, inner. simpl. ring.
Qed.

Lemma image_unit x : image unit_map x = x.
Proof. destruct x as [[x1 x2] x3]. unfold image. simpl. repeat f_equal; ring. Qed.

Lemma antisymmetric_change B x y :
  antisymmetric B -> inner K (frame K X) (image B x) y + inner K (frame K X) x (image B y) = 0.
Proof.
  intros H. rewrite <- (image_unit y) at 1. rewrite <- (image_unit x) at 2. rewrite !entries.
  destruct x as [[x1 x2] x3], y as [[y1 y2] y3].
  transitivity (
    x1 * (y1 * (entry B unit_map 0 0 + entry unit_map B 0 0) + y2 * (entry B unit_map 0 1 + entry unit_map B 0 1)
          + y3 * (entry B unit_map 0 2 + entry unit_map B 0 2))
    + x2 * (y1 * (entry B unit_map 1 0 + entry unit_map B 1 0) + y2 * (entry B unit_map 1 1 + entry unit_map B 1 1)
          + y3 * (entry B unit_map 1 2 + entry unit_map B 1 2))
    + x3 * (y1 * (entry B unit_map 2 0 + entry unit_map B 2 0) + y2 * (entry B unit_map 2 1 + entry unit_map B 2 1)
          + y3 * (entry B unit_map 2 2 + entry unit_map B 2 2))).
  - ring.
  - rewrite !H by lia. ring.
Qed.

Theorem rigid_null B :
  antisymmetric B -> invisible K X nu (fun j => image B (position K X j)).
Proof.
  intros H tau ab _ _. apply total_zero. intros sigma _. unfold change. now apply antisymmetric_change.
Qed.

Lemma isometry_inner q Q x y :
  isometry q Q -> inner K (frame K X) (image Q x) (image Q y) = q * q * inner K (frame K X) x y.
Proof.
  intros [_ H]. rewrite <- (image_unit x) at 2. rewrite <- (image_unit y) at 2. rewrite !entries.
  destruct x as [[x1 x2] x3], y as [[y1 y2] y3]. rewrite !H by lia. ring.
Qed.

Record symmetry (q : K) (Q : linear_map) (p : nat -> nat) : Prop := {
  is_isometry : isometry q Q;
  permutes : Permutation (map p (seq 0 (size K X))) (seq 0 (size K X));
  keeps_species : forall k, k < size K X -> species K X (p k) = species K X k;
  takes : forall k, k < size K X -> image Q (position K X k) = stretched K q (position K X (p k))
}.

(** Proofs. *)
Lemma words_map p l n : words (map p l) n = map (map p) (words l n).
Proof.
  induction n as [|n IH]; simpl; [easy|]. rewrite IH. clear IH.
  generalize (words l n) as rest. intros rest. induction l as [|j l IH]; simpl; [easy|].
  rewrite map_app, !map_map, IH. easy.
Qed.

Lemma flat_map_permutation {A B} (f g : A -> list B) l :
  (forall a, Permutation (f a) (g a)) -> Permutation (flat_map f l) (flat_map g l).
Proof. intros H. induction l as [|a l IH]; simpl; [easy|]. now apply Permutation_app. Qed.

Lemma words_permutation l l' n : Permutation l l' -> Permutation (words l n) (words l' n).
Proof.
  intros P. induction n as [|n IH]; simpl; [easy|].
  transitivity (flat_map (fun j => map (cons j) (words l n)) l').
  - now apply Permutation_flat_map.
  - apply flat_map_permutation. intros j. now apply Permutation_map.
Qed.

Lemma total_permutation {A} (f : A -> K) l l' : Permutation l l' -> total K f l = total K f l'.
Proof. induction 1; simpl; try congruence. ring. Qed.

Lemma filter_permutation {A} (f : A -> bool) l l' : Permutation l l' -> Permutation (filter f l) (filter f l').
Proof.
  induction 1; simpl; auto.
  - destruct (f x); auto.
  - destruct (f x), (f y); auto. constructor.
  - now transitivity (filter f l').
Qed.

Lemma inner_stretched_right M a x y : inner K M x (stretched K a y) = a * inner K M x y.
Proof. destruct x as [[x1 x2] x3], y as [[y1 y2] y3]. unfold inner. simpl. ring. Qed.

Lemma inner_stretched_left M a x y : inner K M (stretched K a x) y = a * inner K M x y.
Proof. destruct x as [[x1 x2] x3], y as [[y1 y2] y3]. unfold inner. simpl. ring. Qed.

Lemma inner_sum_left M x y z : inner K M (vector_sum K x y) z = inner K M x z + inner K M y z.
Proof. destruct x as [[x1 x2] x3], y as [[y1 y2] y3], z as [[z1 z2] z3]. unfold inner. simpl. ring. Qed.

Lemma inner_sum_right M x y z : inner K M z (vector_sum K x y) = inner K M z x + inner K M z y.
Proof. destruct x as [[x1 x2] x3], y as [[y1 y2] y3], z as [[z1 z2] z3]. unfold inner. simpl. ring. Qed.

Lemma cancel_both (a b c : K) : a <> 0 -> a * b = a * c -> b = c.
Proof.
  intros N E. assert (b + - c = 0) as H.
  { apply (cancel K a); [easy|]. transitivity (a * b + - (a * c)); [ring|]. rewrite E. ring. }
  transitivity ((b + - c) + c); [ring|]. rewrite H. ring.
Qed.

Section Symmetry.
Variables (q : K) (Q : linear_map) (p : nat -> nat).
Hypothesis S : symmetry q Q p.

Lemma kept_inner j k : j < size K X -> k < size K X ->
  inner K (frame K X) (position K X (p j)) (position K X (p k)) = inner K (frame K X) (position K X j) (position K X k).
Proof.
  intros Hj Hk. destruct (is_isometry _ _ _ S) as [N _].
  apply (cancel_both q); [easy|]. apply (cancel_both q); [easy|].
  rewrite <- inner_stretched_right, <- inner_stretched_left.
  rewrite <- !(takes _ _ _ S) by easy. rewrite (isometry_inner q Q) by apply S. ring.
Qed.

Lemma tuple_size sigma a : In sigma (tuples K X nu) -> a < nu -> at_place sigma a < size K X.
Proof. apply at_place_size. Qed.

Lemma at_place_map sigma a : In sigma (tuples K X nu) -> a < nu -> at_place (map p sigma) a = p (at_place sigma a).
Proof.
  intros I H. apply words_In in I. destruct I as [L _]. unfold at_place.
  rewrite nth_indep with (d' := p O) by (rewrite map_length; lia). apply map_nth.
Qed.

Lemma key_map sigma : In sigma (tuples K X nu) -> key_of K X nu (map p sigma) = key_of K X nu sigma.
Proof.
  intros I. unfold key_of. f_equal.
  - unfold kinds. rewrite map_map. apply map_ext_in. intros k J. apply words_In in I. destruct I as [_ I].
    apply I, in_seq in J. apply (keeps_species _ _ _ S). lia.
  - unfold invariants. apply map_ext_in. intros [a b] J. apply places_In in J. simpl.
    rewrite !at_place_map by easy. apply kept_inner; now apply (tuple_size sigma).
Qed.

Lemma tuples_map : Permutation (map (map p) (tuples K X nu)) (tuples K X nu).
Proof. unfold tuples. rewrite <- words_map. apply words_permutation, S. Qed.

Lemma class_map tau : Permutation (map (map p) (class_of K X nu tau)) (class_of K X nu tau).
Proof.
  unfold class_of. set (f := fun sigma => same_key K (key_of K X nu tau) (key_of K X nu sigma)).
  assert (map (map p) (filter f (tuples K X nu)) = filter f (map (map p) (tuples K X nu))) as ->.
  { assert (forall sigma, In sigma (tuples K X nu) -> f (map p sigma) = f sigma) as H.
    { intros sigma I. unfold f. now rewrite key_map. }
    clear S. induction (tuples K X nu) as [|sigma l IH]; simpl; [easy|]. rewrite H by now left.
    destruct (f sigma); simpl; [f_equal|]; apply IH; intros; apply H; now right. }
  apply filter_permutation, tuples_map.
Qed.

Theorem symmetry_null (u w : displacement K) :
  (forall k, k < size K X ->
     w (p k) = vector_sum K (image Q (u k)) (stretched K (- q) (u (p k)))) ->
  invisible K X nu w.
Proof.
  intros H tau [a b] I J. apply places_In in J. destruct J as [Ja Jb]. unfold class_change. simpl fst. simpl snd.
  set (f := fun sigma => change K X u (at_place sigma a) (at_place sigma b)).
  rewrite <- (total_permutation _ _ _ (class_map tau)), total_map.
  transitivity (total K (fun sigma => q * (f sigma) + (- q) * f (map p sigma)) (class_of K X nu tau)).
  - apply total_ext_in. intros sigma C. apply filter_In in C. destruct C as [C _]. unfold f.
    rewrite !at_place_map by easy.
    pose proof (tuple_size sigma a C Ja) as Ha. pose proof (tuple_size sigma b C Jb) as Hb.
    set (j := at_place sigma a) in *. set (k := at_place sigma b) in *.
    destruct (is_isometry _ _ _ S) as [N _]. apply (cancel_both q); [easy|].
    unfold change. rewrite !H by easy.
    rewrite inner_sum_left, inner_sum_right, !inner_stretched_left, !inner_stretched_right.
    assert (q * inner K (frame K X) (image Q (u j)) (position K X (p k))
            = q * q * inner K (frame K X) (u j) (position K X k)) as E1.
    { rewrite <- inner_stretched_right, <- (takes _ _ _ S) by easy. apply isometry_inner, S. }
    assert (q * inner K (frame K X) (position K X (p j)) (image Q (u k))
            = q * q * inner K (frame K X) (position K X j) (u k)) as E2.
    { rewrite <- inner_stretched_left, <- (takes _ _ _ S) by easy. apply isometry_inner, S. }
    transitivity (q * inner K (frame K X) (image Q (u j)) (position K X (p k))
      + q * inner K (frame K X) (position K X (p j)) (image Q (u k))
      + - (q * q * (inner K (frame K X) (u (p j)) (position K X (p k))
                    + inner K (frame K X) (position K X (p j)) (u (p k))))); [ring|].
    rewrite E1, E2. ring.
  - rewrite total_plus, !total_times. rewrite <- (total_map K f (map p)).
    rewrite (total_permutation f _ _ (class_map tau)). ring.
Qed.
End Symmetry.
End Motions.
