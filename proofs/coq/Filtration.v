(** The steps of the null space: rotations, what symmetry forces, and the rest.

    A displacement w is [rigid] if a multiple of it is an infinitesimal rotation, M w_j = a x x_j with M the metric; it is
    [forced] if it can be made of rigid ones and of rho u - u, rho any symmetry of the environment and u any displacement.

      forced_unseen.  No polynomial feature sees what is forced.
      filtration.     If the numbers pass [certified] and [filtered], the rigid displacements are those made of the first r
                      columns of V, and the forced ones those made of the first h.

    That no symmetry is missed is decided by a search for all permutations of the neighbours that keep species and dot
    products ([matchings]): each must be that of a map which keeps the weights of the other columns. *)

From Coq Require Import List Bool Arith Lia Ring String Permutation.
Import ListNotations.
Require Import Numbers Matrices Environments Features Motions.
Local Open Scope number_scope.

Section Filtration.
Variable K : domain.
Add Ring filtration_numbers : (laws K).
Variable X : environment K.
Variable nu : nat.
Let n := size K X.
Let M := frame K X.

Definition cross (a x : vector K) : vector K :=
  let '(a1, a2, a3) := a in
  let '(x1, x2, x3) := x in (a2 * x3 + - (a3 * x2), a3 * x1 + - (a1 * x3), a1 * x2 + - (a2 * x1)).

Definition rigid (w : list K) : Prop :=
  List.length w = (3 * n)%nat /\
  exists e a, e <> 0 /\ forall j, j < n -> stretched K e (lowered K M (moved K w j)) = cross a (position K X j).

(** w = q (rho u - u) *)
Definition moved_by (q : K) (Q : linear_map K) (p : nat -> nat) (u : displacement K) (w : list K) : Prop :=
  forall k, k < n -> moved K w (p k) = vector_sum K (image K Q (u k)) (stretched K (- q) (u (p k))).

Inductive forced : list K -> Prop :=
  | forced_rigid w : rigid w -> forced w
  | forced_symmetry q Q p u w :
      symmetry K X q Q p -> List.length w = (3 * n)%nat -> moved_by q Q p u w -> forced w
  | forced_sum w w' : forced w -> forced w' -> forced (plus K w w')
  | forced_multiple a w : forced w -> forced (scale K a w)
  | forced_part a w : a <> 0 -> List.length w = (3 * n)%nat -> forced (scale K a w) -> forced w.

(** Checks by computation. *)
Definition same_vector (x y : vector K) : bool :=
  let '(x1, x2, x3) := x in
  let '(y1, y2, y3) := y in if equal x1 y1 then if equal x2 y2 then equal x3 y3 else false else false.

Definition column_of (V : list (list K)) (i : nat) : list K := map (fun row => nth i row 0) V.

(** Column i of V is the rotation about a, times e. *)
Definition is_rotation (v : list K) (ea : K * vector K) : bool :=
  if equal (fst ea) 0 then false else
  forallb (fun j => same_vector (stretched K (fst ea) (lowered K M (moved K v j))) (cross (snd ea) (position K X j))) (seq 0 n).

(** A symmetry as numbers: q, Q and the images of the neighbours. *)
Definition listed : Type := K * linear_map K * list nat.

Definition is_symmetry (g : listed) : bool :=
  let '(q, Q, p) := g in
  negb (equal q 0)
  && forallb (fun i => forallb (fun j =>
       equal (entry K X Q Q i j) (q * q * entry K X (unit_map K) (unit_map K) i j)) (seq 0 3)) (seq 0 3)
  && (List.length p =? n) && forallb (fun k => k <? n) p
  && forallb (fun j => forallb (fun k => (j =? k) || negb (nth j p O =? nth k p O)) (seq 0 n)) (seq 0 n)
  && forallb (fun k => String.eqb (species K X (nth k p O)) (species K X k)) (seq 0 n)
  && forallb (fun k => same_vector (image K Q (position K X k)) (stretched K q (position K X (nth k p O)))) (seq 0 n).

(** The displacement of one neighbour along one vector of the frame. *)
Definition single (k c : nat) : displacement K := fun j =>
  if j =? k then match c with O => (1, 0, 0) | S O => (0, 1, 0) | _ => (0, 0, 1) end else origin K.

Definition is_forced_by (v : list K) (g : listed) (kc : nat * nat) : bool :=
  let '(q, Q, p) := g in
  let u := single (fst kc) (snd kc) in
  forallb (fun k => same_vector (moved K v (nth k p O))
                      (vector_sum K (image K Q (u k)) (stretched K (- q) (u (nth k p O))))) (seq 0 n).

(** M^-1 times the determinant of M. *)
Definition adjugate (x : vector K) : vector K :=
  let '(x1, x2, x3) := x in
  let a := m11 K M in let b := m12 K M in let c := m13 K M in
  let d := m22 K M in let e := m23 K M in let f := m33 K M in
  ((d * f + - (e * e)) * x1 + (c * e + - (b * f)) * x2 + (b * e + - (c * d)) * x3,
   (c * e + - (b * f)) * x1 + (a * f + - (c * c)) * x2 + (b * c + - (a * e)) * x3,
   (b * e + - (c * d)) * x1 + (b * c + - (a * e)) * x2 + (a * d + - (b * b)) * x3).

Definition determinant : K :=
  let a := m11 K M in let b := m12 K M in let c := m13 K M in
  let d := m22 K M in let e := m23 K M in let f := m33 K M in
  a * (d * f + - (e * e)) + b * (c * e + - (b * f)) + c * (b * e + - (c * d)).

Definition pairing (y : displacement K) (w : displacement K) : K :=
  total K (fun j => product_sum K (y j) (w j)) (seq 0 n).

(** A row of W that gives no weight to rotations. *)
Definition no_rotation (y : list K) : bool :=
  forallb (fun a => equal (pairing (moved K y) (fun j => adjugate (cross a (position K X j)))) 0)
          [(1, 0, 0); (0, 1, 0); (0, 0, 1)].

(** All permutations that keep species and dot products, found neighbour by neighbour. *)
Definition agrees (found : list nat) (j : nat) : bool :=
  let i := List.length found in
  if String.eqb (species K X j) (species K X i) then
    if equal (inner K M (position K X j) (position K X j)) (inner K M (position K X i) (position K X i)) then
      forallb (fun l => equal (inner K M (position K X (nth l found O)) (position K X j))
                              (inner K M (position K X l) (position K X i))) (seq 0 i)
    else false
  else false.

Fixpoint matchings (m : nat) : list (list nat) :=
  match m with
  | O => [[]]
  | S m => flat_map (fun found => map (fun j => found ++ [j]) (filter (agrees found) (seq 0 n))) (matchings m)
  end.

Definition triple (x y z : vector K) : K := product_sum K x (cross y z).

Definition transposed (Q : linear_map K) : linear_map K :=
  let '((a, b, c), (d, e, f), (g, h, i)) := Q in ((a, d, g), (b, e, h), (c, f, i)).

(** A map takes the neighbours as a matching says, and keeps the rows of W given. *)
Definition carries (p : list nat) (rows : list (list K)) (g : K * linear_map K) : bool :=
  let '(q, Q) := g in
  negb (equal q 0)
  && forallb (fun k => same_vector (image K Q (position K X k)) (stretched K q (position K X (nth k p O)))) (seq 0 n)
  && forallb (fun y => forallb (fun k =>
       same_vector (image K (transposed Q) (moved K y (nth k p O))) (stretched K q (moved K y k))) (seq 0 n)) rows.

Definition all_carried (rows : list (list K)) (spanning : nat * nat * nat) (maps : list (K * linear_map K)) : bool :=
  match rows with
  | [] => true
  | _ =>
      let '(a, b, c) := spanning in
      (a <? n) && (b <? n) && (c <? n)
      && negb (equal (triple (position K X a) (position K X b) (position K X c)) 0)
      && forallb (fun p => existsb (carries p rows) maps) (matchings n)
  end.

Record evidence := Evidence {
  axes : list (K * vector K);              (* of the first columns, the rotations *)
  generators : list listed;                (* symmetries *)
  origins : list (nat * (nat * nat));      (* of the next columns: generator, neighbour, coordinate *)
  spanning : nat * nat * nat;              (* three neighbours that span space *)
  maps : list (K * linear_map K)           (* one for every matching *)
}.

Definition filtered (V W : list (list K)) (E : evidence) : bool :=
  let r := List.length (axes E) in
  let h := (r + List.length (origins E))%nat in
  negb (equal determinant 0)
  && (h <=? List.length W)
  && forallb (fun i => is_rotation (column_of V i) (nth i (axes E) (0, origin K))) (seq 0 r)
  && forallb is_symmetry (generators E)
  && forallb (fun i =>
       let '(g, kc) := nth i (origins E) (O, (O, O)) in
       match nth_error (generators E) g with
       | Some g => is_forced_by (column_of V (r + i)) g kc
       | None => false
       end) (seq 0 (List.length (origins E)))
  && forallb no_rotation (skipn r W)
  && all_carried (skipn h W) (spanning E) (maps E).

(** Proofs. *)
Lemma same_vector_spec x y : same_vector x y = true <-> x = y.
Proof.
  destruct x as [[x1 x2] x3], y as [[y1 y2] y3]. unfold same_vector.
  destruct (equal x1 y1) eqn:E1, (equal x2 y2) eqn:E2;
    rewrite ?(equal_spec K) in *; split; intros H; try congruence;
    try (injection H as H1 H2 H3; apply (equal_spec K) in H1; apply (equal_spec K) in H2; congruence).
Qed.

Lemma skipn_moved (w : list K) s : (3 * s + 3 <= List.length w)%nat ->
  skipn (3 * s) w = flat K (moved K w s) ++ skipn (3 * S s) w.
Proof.
  intros B. unfold moved. replace (3 * S s)%nat with (3 + 3 * s)%nat by lia. revert B.
  generalize (3 * s)%nat as p. intros p. revert w. induction p as [|p IH]; intros w B.
  - destruct w as [|a [|b [|c w]]]; simpl in B; try lia. reflexivity.
  - destruct w as [|a w]; simpl in B; [lia|]. apply (IH w). lia.
Qed.

Lemma dot_pairing y w : List.length y = (3 * n)%nat -> List.length w = (3 * n)%nat ->
  dot K y w = pairing (moved K y) (moved K w).
Proof.
  unfold pairing. assert (forall m s, List.length y = (3 * (s + m))%nat -> List.length w = (3 * (s + m))%nat ->
    dot K (skipn (3 * s) y) (skipn (3 * s) w)
    = total K (fun j => product_sum K (moved K y j) (moved K w j)) (seq s m)) as G.
  { induction m as [|m IH]; intros s Ly Lw.
    - rewrite skipn_all2 by lia. easy.
    - cbn [seq]. unfold total. cbn [fold_right].
      fold (total K (fun j => product_sum K (moved K y j) (moved K w j)) (seq (S s) m)).
      rewrite <- IH by lia. rewrite !(skipn_moved _ s) by lia.
      destruct (moved K y s) as [[y1 y2] y3], (moved K w s) as [[w1 w2] w3]. simpl. ring. }
  intros Ly Lw. exact (G n O Ly Lw).
Qed.

Lemma dot_comm (x y : list K) : dot K x y = dot K y x.
Proof. revert y. induction x as [|a x IH]; intros [|b y]; simpl; auto. rewrite IH. ring. Qed.

Lemma scale_zeros a m : scale K a (zeros K m) = zeros K m.
Proof. unfold scale, zeros. induction m as [|m IH]; simpl; [easy|]. rewrite IH. f_equal. ring. Qed.

Lemma moved_zip_plus w w' j : List.length w = (3 * n)%nat -> List.length w' = (3 * n)%nat ->
  moved K (plus K w w') j = vector_sum K (moved K w j) (moved K w' j).
Proof. intros L L'. unfold moved. rewrite !nth_plus by congruence. easy. Qed.

Lemma nth_scale a w i : nth i (scale K a w) 0 = a * nth i w 0.
Proof. unfold scale. revert i. induction w as [|b w IH]; intros [|i]; simpl; auto; ring. Qed.

Lemma moved_scale a w j : moved K (scale K a w) j = stretched K a (moved K w j).
Proof. unfold moved. now rewrite !nth_scale. Qed.

Lemma scale_length a w : List.length (scale K a w) = List.length w.
Proof. apply map_length. Qed.

Lemma vector_equal (a b c a' b' c' : K) : a = a' -> b = b' -> c = c' -> (a, b, c) = (a', b', c').
Proof. congruence. Qed.

Lemma nonzero_product (a b : K) : a <> 0 -> b <> 0 -> a * b <> 0.
Proof. intros A B E. apply no_zero_divisors in E. tauto. Qed.

Lemma rigid_length w : rigid w -> List.length w = (3 * n)%nat.
Proof. now intros []. Qed.

Lemma rigid_sum w w' : rigid w -> rigid w' -> rigid (plus K w w').
Proof.
  intros (L & e & a & N & H) (L' & e' & a' & N' & H'). split. { rewrite plus_length; congruence. }
  exists (e * e'), (vector_sum K (stretched K e' a) (stretched K e a')). split; [now apply nonzero_product|].
  intros j Hj. rewrite moved_zip_plus by easy. specialize (H j Hj). specialize (H' j Hj).
  destruct (moved K w j) as [[w1 w2] w3], (moved K w' j) as [[v1 v2] v3], (position K X j) as [[x1 x2] x3].
  destruct a as [[a1 a2] a3], a' as [[b1 b2] b3]. simpl in *. injection H as H1 H2 H3. injection H' as G1 G2 G3.
  apply vector_equal.
  - transitivity (e' * (a2 * x3 + - (a3 * x2)) + e * (b2 * x3 + - (b3 * x2))); [rewrite <- H1, <- G1; ring | ring].
  - transitivity (e' * (a3 * x1 + - (a1 * x3)) + e * (b3 * x1 + - (b1 * x3))); [rewrite <- H2, <- G2; ring | ring].
  - transitivity (e' * (a1 * x2 + - (a2 * x1)) + e * (b1 * x2 + - (b2 * x1))); [rewrite <- H3, <- G3; ring | ring].
Qed.

Lemma rigid_multiple c w : rigid w -> rigid (scale K c w).
Proof.
  intros (L & e & a & N & H). split. { now rewrite scale_length. }
  exists e, (stretched K c a). split; [easy|]. intros j Hj. rewrite moved_scale. specialize (H j Hj).
  destruct (moved K w j) as [[w1 w2] w3], (position K X j) as [[x1 x2] x3], a as [[a1 a2] a3]. simpl in *.
  injection H as H1 H2 H3. apply vector_equal.
  - transitivity (c * (a2 * x3 + - (a3 * x2))); [rewrite <- H1; ring | ring].
  - transitivity (c * (a3 * x1 + - (a1 * x3))); [rewrite <- H2; ring | ring].
  - transitivity (c * (a1 * x2 + - (a2 * x1))); [rewrite <- H3; ring | ring].
Qed.

Lemma rigid_part c w : c <> 0 -> List.length w = (3 * n)%nat -> rigid (scale K c w) -> rigid w.
Proof.
  intros N L (_ & e & a & N' & H). split; [easy|]. exists (e * c), a. split; [now apply nonzero_product|].
  intros j Hj. rewrite <- H by easy. rewrite moved_scale.
  destruct (moved K w j) as [[w1 w2] w3]. simpl. apply vector_equal; ring.
Qed.

Lemma rigid_invisible w : rigid w -> invisible K X nu (moved K w).
Proof.
  intros (L & e & a & N & H) tau [i l] I J. apply total_zero. intros sigma S. apply filter_In in S. destruct S as [S _].
  apply places_In in J. destruct J as [Ji Jl]. simpl.
  assert (forall j k, j < n -> k < n -> change K X (moved K w) j k = 0) as C.
  { intros j k Hj Hk. apply (cancel K e); [easy|]. unfold change.
    rewrite (inner_comm K _ (moved K w j)). fold M.
    assert (forall x y, e * inner K M x y = product_sum K x (stretched K e (lowered K M y))) as R.
    { intros [[x1 x2] x3] y. unfold inner. destruct (lowered K M y) as [[y1 y2] y3]. simpl. ring. }
    transitivity (e * inner K M (position K X k) (moved K w j) + e * inner K M (position K X j) (moved K w k)); [ring|].
    rewrite !R, !H by easy.
    destruct (position K X j) as [[x1 x2] x3], (position K X k) as [[y1 y2] y3], a as [[a1 a2] a3]. simpl. ring. }
  apply C; now apply (at_place_size K X nu).
Qed.

Lemma forced_length w : forced w -> List.length w = (3 * n)%nat.
Proof.
  induction 1; auto.
  - apply H.
  - rewrite plus_length; congruence.
  - now rewrite scale_length.
Qed.

Theorem forced_null w : forced w -> apply K (D K X nu) w = zeros K (List.length (D K X nu)).
Proof.
  induction 1.
  - apply D_null; [apply H | now apply rigid_invisible].
  - apply D_null; [easy|]. now apply (symmetry_null K X nu q Q p H u).
  - apply forced_length in H, H0. apply zeros_apply. rewrite zeros_apply in IHforced1, IHforced2. intros row I.
    specialize (IHforced1 row I). specialize (IHforced2 row I).
    rewrite (dot_comm row), dot_plus, !(dot_comm _ row), IHforced1, IHforced2 by (easy || congruence). ring.
  - rewrite apply_scale, IHforced. apply scale_zeros.
  - rewrite apply_scale in IHforced. rewrite <- (map_length (fun row => dot K row w) (D K X nu)).
    apply (scale_zero K a); [easy|]. unfold apply in IHforced. now rewrite map_length.
Qed.

(** A property kept by sums and multiples holds of what its columns make. *)
Section Combinations.
Variable P : list K -> Prop.
Hypothesis P_zero : P (zeros K (3 * n)).
Hypothesis P_length : forall w, P w -> List.length w = (3 * n)%nat.
Hypothesis P_sum : forall w w', P w -> P w' -> P (plus K w w').
Hypothesis P_multiple : forall a w, P w -> P (scale K a w).

Lemma combination_kept h : forall (V : list (list K)) c,
  List.length V = (3 * n)%nat -> (forall row, In row V -> (h <= List.length row)%nat) -> List.length c = h ->
  (forall i, i < h -> P (column_of V i)) -> P (apply K (map (firstn h) V) c).
Proof.
  induction h as [|h IH]; intros V c LV HV Lc H.
  - assert (apply K (map (firstn 0) V) c = zeros K (3 * n)) as ->; [|easy].
    rewrite <- LV. clear. unfold apply, zeros. induction V as [|row V IHV]; [easy|]. cbn [map List.length repeat]. f_equal. exact IHV.
  - destruct c as [|a c]; [easy|].
    assert (apply K (map (firstn (S h)) V) (a :: c)
            = plus K (scale K a (column_of V 0)) (apply K (map (firstn h) (map (@tl K) V)) c)) as ->.
    { clear - HV. unfold apply, column_of, scale. induction V as [|[|b row] V IHV]; simpl; [easy| |].
      - specialize (HV [] (or_introl eq_refl)). simpl in HV. lia.
      - f_equal; [ring|]. apply IHV. intros. apply HV. now right. }
    apply P_sum; [apply P_multiple, H; lia|]. apply IH.
    + now rewrite map_length.
    + intros row I. apply in_map_iff in I. destruct I as (r & <- & I). specialize (HV r I).
      destruct r; simpl in *; lia.
    + now injection Lc.
    + intros i Hi. replace (column_of (map (@tl K) V) i) with (column_of V (S i)); [apply H; lia|].
      unfold column_of. rewrite map_map. apply map_ext. intros [|b row]; [now destruct i | easy].
Qed.
End Combinations.

(** The first r, or h, columns are what they are said to be. *)
Lemma rigid_zero : rigid (zeros K (3 * n)).
Proof.
  split; [apply repeat_length|]. exists 1, (origin K). split; [apply one_is_not_zero|]. intros j _.
  unfold moved. rewrite !nth_zeros. destruct (position K X j) as [[x1 x2] x3]. simpl. apply vector_equal; ring.
Qed.

Lemma is_rotation_spec v ea : List.length v = (3 * n)%nat -> is_rotation v ea = true -> rigid v.
Proof.
  unfold is_rotation. intros L H. destruct (equal (fst ea) 0) eqn:E; [easy|]. split; [easy|]. exists (fst ea), (snd ea).
  split. { intros Z. apply (equal_spec K) in Z. congruence. }
  rewrite forallb_forall in H. intros j Hj. apply same_vector_spec, H, in_seq. lia.
Qed.

Lemma is_symmetry_spec q Q p : is_symmetry (q, Q, p) = true -> symmetry K X q Q (fun k => nth k p O).
Proof.
  unfold is_symmetry. rewrite !andb_true_iff, negb_true_iff, Nat.eqb_eq, !forallb_forall.
  intros ((((((H1 & H2) & H3) & H4) & H5) & H6) & H7). split.
  - split. { intros Z. apply (equal_spec K) in Z. congruence. }
    intros i j Hi Hj. specialize (H2 i ltac:(apply in_seq; lia)). rewrite forallb_forall in H2.
    apply (equal_spec K), H2, in_seq. lia.
  - assert (map (fun k => nth k p O) (seq 0 n) = p) as E.
    { rewrite <- H3. clear. induction p as [|a p IH]; [easy|]. cbn [List.length seq map]. f_equal.
      rewrite <- seq_shift, map_map. exact IH. }
    fold n. apply NoDup_Permutation_bis.
    + rewrite E. apply NoDup_nth with (d := O). rewrite H3. intros i j Hi Hj F. specialize (H5 i ltac:(apply in_seq; lia)).
      rewrite forallb_forall in H5. specialize (H5 j ltac:(apply in_seq; lia)).
      rewrite F, Nat.eqb_refl, orb_false_r in H5. now apply Nat.eqb_eq.
    + rewrite map_length. lia.
    + rewrite E. intros k I. apply in_seq. specialize (H4 k I). apply Nat.ltb_lt in H4. lia.
  - intros k Hk. apply String.eqb_eq, H6, in_seq. fold n in Hk. lia.
  - intros k Hk. apply same_vector_spec, H7, in_seq. fold n in Hk. lia.
Qed.

Lemma is_forced_spec v g kc : List.length v = (3 * n)%nat -> is_symmetry g = true -> is_forced_by v g kc = true -> forced v.
Proof.
  destruct g as [[q Q] p]. intros L S H. apply is_symmetry_spec in S.
  apply (forced_symmetry q Q (fun k => nth k p O) (single (fst kc) (snd kc))); [easy|easy|].
  unfold is_forced_by in H. rewrite forallb_forall in H. intros k Hk. apply same_vector_spec, H, in_seq. lia.
Qed.

(** Rows of W that give no weight to rotations. *)
Lemma adjugate_lowered x : adjugate (lowered K M x) = stretched K determinant x.
Proof.
  destruct x as [[x1 x2] x3]. unfold adjugate, determinant, lowered, stretched. cbv zeta. apply vector_equal; ring.
Qed.

Lemma no_rotation_spec y w :
  determinant <> 0 -> List.length y = (3 * n)%nat -> no_rotation y = true -> rigid w -> dot K y w = 0.
Proof.
  intros N Ly H (Lw & e & a & Ne & R). unfold no_rotation in H. rewrite forallb_forall in H.
  rewrite dot_pairing by easy. apply (cancel K (e * determinant)); [now apply nonzero_product|].
  set (f := fun a => pairing (moved K y) (fun j => adjugate (cross a (position K X j)))) in *.
  assert (e * determinant * pairing (moved K y) (moved K w) = f a) as ->.
  { unfold f, pairing. rewrite <- total_times. apply total_ext_in. intros j J. apply in_seq in J.
    rewrite <- R by lia. specialize (adjugate_lowered (moved K w j)). intros E.
    assert (adjugate (stretched K e (lowered K M (moved K w j))) = stretched K e (stretched K determinant (moved K w j))) as ->.
    { rewrite <- E. destruct (lowered K M (moved K w j)) as [[l1 l2] l3]. unfold adjugate, stretched. cbv zeta.
      apply vector_equal; ring. }
    destruct (moved K y j) as [[y1 y2] y3], (moved K w j) as [[w1 w2] w3]. simpl. ring. }
  destruct a as [[a1 a2] a3].
  assert (f (a1, a2, a3) = a1 * f (1, 0, 0) + a2 * f (0, 1, 0) + a3 * f (0, 0, 1)) as ->.
  { unfold f, pairing. rewrite <- !total_times, <- !total_plus. apply total_ext_in. intros j _.
    destruct (moved K y j) as [[y1 y2] y3], (position K X j) as [[x1 x2] x3]. unfold adjugate, cross. cbv zeta. simpl. ring. }
  assert (forall b, In b [(1, 0, 0); (0, 1, 0); (0, 0, 1)] -> f b = 0) as Z.
  { intros b I. apply (equal_spec K). now apply H. }
  rewrite !Z by (simpl; auto). ring.
Qed.

(** The search finds every permutation that a symmetry induces. *)
Lemma matchings_In p m :
  (forall k, k < n -> p k < n /\ species K X (p k) = species K X k) ->
  (forall j k, j < n -> k < n ->
     inner K M (position K X (p j)) (position K X (p k)) = inner K M (position K X j) (position K X k)) ->
  m <= n -> In (map p (seq 0 m)) (matchings m).
Proof.
  intros H1 H2. induction m as [|m IH]; intros Hm; [now left|]. cbn [matchings]. apply in_flat_map.
  exists (map p (seq 0 m)). split; [apply IH; lia|]. rewrite seq_S, map_app.
  apply (in_map (fun j => map p (seq 0 m) ++ [j]) _ (p m)). destruct (H1 m ltac:(lia)) as [B S].
  apply filter_In. split; [apply in_seq; lia|]. unfold agrees. rewrite map_length, seq_length.
  rewrite (proj2 (String.eqb_eq _ _) S). rewrite (proj2 (equal_spec K _ _) (H2 m m ltac:(lia) ltac:(lia))).
  apply forallb_forall. intros l I. apply in_seq in I. apply (equal_spec K).
  rewrite nth_indep with (d' := p O) by (rewrite map_length, seq_length; lia).
  rewrite map_nth, seq_nth by lia. apply H2; lia.
Qed.

Lemma triple_zero (r x y z : vector K) : triple x y z <> 0 ->
  product_sum K r x = 0 -> product_sum K r y = 0 -> product_sum K r z = 0 -> r = origin K.
Proof.
  intros N H1 H2 H3.
  destruct r as [[r1 r2] r3], x as [[x1 x2] x3], y as [[y1 y2] y3], z as [[z1 z2] z3].
  unfold triple, cross in N. simpl in *. apply vector_equal; (eapply (cancel K); [exact N|]).
  - transitivity ((x1 * r1 + x2 * r2 + x3 * r3) * (y2 * z3 + - (y3 * z2)) + (y1 * r1 + y2 * r2 + y3 * r3) * (z2 * x3 + - (z3 * x2))
      + (z1 * r1 + z2 * r2 + z3 * r3) * (x2 * y3 + - (x3 * y2))); [ring|].
    transitivity ((r1 * x1 + r2 * x2 + r3 * x3) * (y2 * z3 + - (y3 * z2)) + (r1 * y1 + r2 * y2 + r3 * y3) * (z2 * x3 + - (z3 * x2))
      + (r1 * z1 + r2 * z2 + r3 * z3) * (x2 * y3 + - (x3 * y2))); [ring|]. rewrite H1, H2, H3. ring.
  - transitivity ((r1 * x1 + r2 * x2 + r3 * x3) * (y3 * z1 + - (y1 * z3)) + (r1 * y1 + r2 * y2 + r3 * y3) * (z3 * x1 + - (z1 * x3))
      + (r1 * z1 + r2 * z2 + r3 * z3) * (x3 * y1 + - (x1 * y3))); [ring|]. rewrite H1, H2, H3. ring.
  - transitivity ((r1 * x1 + r2 * x2 + r3 * x3) * (y1 * z2 + - (y2 * z1)) + (r1 * y1 + r2 * y2 + r3 * y3) * (z1 * x2 + - (z2 * x1))
      + (r1 * z1 + r2 * z2 + r3 * z3) * (x1 * y2 + - (x2 * y1))); [ring|]. rewrite H1, H2, H3. ring.
Qed.

(** Two maps that agree on neighbours that span space agree. *)
Lemma maps_agree (q q' : K) (Q Q' : linear_map K) a b c :
  triple (position K X a) (position K X b) (position K X c) <> 0 ->
  (forall k, In k [a; b; c] -> stretched K q' (image K Q (position K X k)) = stretched K q (image K Q' (position K X k))) ->
  forall v, stretched K q' (image K Q v) = stretched K q (image K Q' v).
Proof.
  intros N H. destruct Q as [[r1 r2] r3], Q' as [[s1 s2] s3].
  assert (forall r s, (forall k, In k [a; b; c] -> q' * product_sum K r (position K X k) = q * product_sum K s (position K X k)) ->
    forall v, q' * product_sum K r v = q * product_sum K s v) as L.
  { intros r s G.
    assert (vector_sum K (stretched K q' r) (stretched K (- q) s) = origin K) as Z.
    { assert (forall x, q' * product_sum K r x = q * product_sum K s x ->
        product_sum K (vector_sum K (stretched K q' r) (stretched K (- q) s)) x = 0) as G0.
      { intros x E. transitivity (q' * product_sum K r x + - (q * product_sum K s x)).
        - destruct r as [[a1 a2] a3], s as [[b1 b2] b3], x as [[x1 x2] x3]. simpl. ring.
        - rewrite E. ring. }
      apply (triple_zero _ _ _ _ N); apply G0, G; simpl; auto. }
    intros v. assert (product_sum K (vector_sum K (stretched K q' r) (stretched K (- q) s)) v = 0) as E.
    { rewrite Z. destruct v as [[v1 v2] v3]. simpl. ring. }
    transitivity (product_sum K (vector_sum K (stretched K q' r) (stretched K (- q) s)) v + q * product_sum K s v).
    - destruct r as [[a1 a2] a3], s as [[b1 b2] b3], v as [[v1 v2] v3]. simpl. ring.
    - rewrite E. ring. }
  intros v. unfold image in *. simpl. apply vector_equal; (apply L; intros k I; specialize (H k I); simpl in H; congruence).
Qed.

Lemma transposed_pairing (Q : linear_map K) y u : product_sum K y (image K Q u) = product_sum K (image K (transposed Q) y) u.
Proof.
  destruct Q as [[[[a b] c] [[d e] f]] [[g h] i]], y as [[y1 y2] y3], u as [[u1 u2] u3]. simpl. ring.
Qed.

Lemma carried_spec rows s maps_ q Q p u w y :
  all_carried rows s maps_ = true -> symmetry K X q Q p -> List.length w = (3 * n)%nat -> moved_by q Q p u w ->
  In y rows -> List.length y = (3 * n)%nat -> dot K y w = 0.
Proof.
  intros H S Lw Hw Iy Ly. unfold all_carried in H. destruct rows as [|y0 rows]; [easy|].
  destruct s as [[a b] c]. rewrite !andb_true_iff, !Nat.ltb_lt, negb_true_iff, forallb_forall in H.
  destruct H as ((((Ha & Hb) & Hc) & T) & H).
  assert (triple (position K X a) (position K X b) (position K X c) <> 0) as N.
  { intros Z. apply (equal_spec K) in Z. congruence. }
  assert (forall k, k < n -> p k < n) as Bp.
  { intros k Hk. assert (In (p k) (seq 0 n)) as I.
    { eapply Permutation_in; [apply S|]. apply in_map, in_seq. lia. }
    apply in_seq in I. lia. }
  assert (forall k, k < n -> nth k (map p (seq 0 n)) O = p k) as Np.
  { intros k Hk. rewrite nth_indep with (d' := p O) by (rewrite map_length, seq_length; lia).
    now rewrite map_nth, seq_nth by lia. }
  specialize (H (map p (seq 0 n))). rewrite existsb_exists in H. destruct H as ([q' Q'] & _ & H).
  { apply matchings_In; [| |lia].
    - intros k Hk. split; [auto|]. now apply (keeps_species _ _ _ _ _ S).
    - intros j k Hj Hk. now apply (kept_inner K X q Q). }
  unfold carries in H. rewrite !andb_true_iff, negb_true_iff, !forallb_forall in H. destruct H as ((Hq & H1) & H2).
  assert (q' <> 0) as Nq. { intros Z. apply (equal_spec K) in Z. congruence. }
  assert (forall k, k < n -> image K Q' (position K X k) = stretched K q' (position K X (p k))) as T'.
  { intros k Hk. specialize (H1 k ltac:(apply in_seq; lia)). apply same_vector_spec in H1. now rewrite Np in H1. }
  specialize (H2 y Iy). rewrite forallb_forall in H2.
  assert (forall k, k < n -> image K (transposed Q') (moved K y (p k)) = stretched K q' (moved K y k)) as C.
  { intros k Hk. specialize (H2 k ltac:(apply in_seq; lia)). apply same_vector_spec in H2. now rewrite Np in H2. }
  assert (forall v, stretched K q' (image K Q v) = stretched K q (image K Q' v)) as A.
  { apply (maps_agree q q' Q Q' a b c N). intros k I.
    assert (k < n) as Hk. { simpl in I. destruct I as [<-|[<-|[<-|[]]]]; lia. }
    rewrite (T' k Hk), (takes _ _ _ _ _ S) by easy. destruct (position K X (p k)) as [[x1 x2] x3]. simpl.
    apply vector_equal; ring. }
  rewrite dot_pairing by easy. apply (cancel K q'); [easy|]. unfold pairing.
  assert (forall f : nat -> K, total K f (seq 0 n) = total K (fun k => f (p k)) (seq 0 n)) as Perm.
  { intros f. rewrite <- (total_map K f p). apply total_permutation. symmetry. apply S. }
  rewrite Perm, <- total_times.
  transitivity (total K (fun k => q * (q' * product_sum K (moved K y k) (u k))
                               + (- (q * q')) * product_sum K (moved K y (p k)) (u (p k))) (seq 0 n)).
  - apply total_ext_in. intros k I. apply in_seq in I. rewrite Hw by lia.
    assert (q' * product_sum K (moved K y (p k)) (image K Q (u k)) = q * (q' * product_sum K (moved K y k) (u k))) as E.
    { transitivity (product_sum K (moved K y (p k)) (stretched K q' (image K Q (u k)))).
      { destruct (moved K y (p k)) as [[y1 y2] y3], (image K Q (u k)) as [[i1 i2] i3]. simpl. ring. }
      rewrite A. transitivity (q * product_sum K (moved K y (p k)) (image K Q' (u k))).
      { destruct (moved K y (p k)) as [[y1 y2] y3], (image K Q' (u k)) as [[i1 i2] i3]. simpl. ring. }
      rewrite transposed_pairing, C by lia.
      destruct (moved K y k) as [[y1 y2] y3], (u k) as [[u1 u2] u3]. simpl. ring. }
    rewrite <- E. destruct (moved K y (p k)) as [[y1 y2] y3], (image K Q (u k)) as [[i1 i2] i3], (u (p k)) as [[u1 u2] u3].
    simpl. ring.
  - rewrite total_plus, !total_times. rewrite <- (Perm (fun k => product_sum K (moved K y k) (u k))). ring.
Qed.

Lemma skipn_later {A} (l : list A) a s y : In y (skipn (a + s) l) -> In y (skipn a l).
Proof.
  revert l. induction a as [|a IH]; intros l; simpl.
  - intros I. rewrite <- (firstn_skipn s l). apply in_or_app. now right.
  - destruct l; [easy|]. apply IH.
Qed.

(** Null vectors to which no weight beyond the first h is given. *)
Lemma first_weights (V W D_ L : list (list K)) rows k d h w :
  certified K (3 * n) k D_ V rows L W d = true -> h <= k -> List.length w = (3 * n)%nat ->
  apply K D_ w = zeros K (List.length D_) -> (forall y, In y (skipn h W) -> dot K y w = 0) ->
  exists c, List.length c = h /\ scale K d w = apply K (map (firstn h) V) c.
Proof.
  intros H Hh Lw E Z. pose proof (null_space_weights K _ _ _ _ _ _ _ _ w H Lw E) as G.
  apply certified_spec in H. destruct H as (_ & _ & HV & _ & _ & LW & _).
  exists (firstn h (apply K W w)). split. { rewrite firstn_length. unfold apply. rewrite map_length. lia. }
  rewrite G. unfold apply at 1 3. rewrite map_map. apply map_ext_in. intros row I.
  rewrite <- (firstn_skipn h row) at 1. rewrite <- (firstn_skipn h (apply K W w)) at 1.
  assert (List.length row = k) as Lr by now apply (has_width_In K _ _ HV).
  assert (List.length (firstn h row) = List.length (firstn h (apply K W w))) as Lf.
  { rewrite !firstn_length. unfold apply. rewrite map_length. lia. }
  assert (forall a b a' b' : list K, List.length a = List.length a' -> dot K (a ++ b) (a' ++ b') = dot K a a' + dot K b b') as App.
  { clear. induction a as [|x a IH]; intros b [|x' a'] b'; simpl; try easy; intros; try ring. rewrite IH by lia. ring. }
  rewrite App by exact Lf.
  assert (skipn h (apply K W w) = zeros K (List.length (skipn h (apply K W w)))) as ->.
  { unfold apply. rewrite skipn_map. clear - Z. induction (skipn h W) as [|y l IH]; simpl; [easy|]. unfold zeros. simpl.
    f_equal; [apply Z; now left | apply IH; intros; apply Z; now right]. }
  rewrite (dot_comm (skipn h row)), dot_zeros. ring.
Qed.

Theorem filtration V W L rows k d E :
  certified K (3 * n) k (D K X nu) V rows L W d = true -> filtered V W E = true ->
  let r := List.length (axes E) in
  let h := (r + List.length (origins E))%nat in
  forall w, List.length w = (3 * n)%nat ->
    (rigid w <-> exists c, List.length c = r /\ scale K d w = apply K (map (firstn r) V) c) /\
    (forced w <-> exists c, List.length c = h /\ scale K d w = apply K (map (firstn h) V) c).
Proof.
  intros H F r h w Lw. unfold filtered in F. fold r h in F.
  rewrite !andb_true_iff, negb_true_iff, Nat.leb_le, !forallb_forall in F.
  destruct F as ((((((F0 & Fh) & F1) & F2) & F3) & F4) & F5).
  pose proof (certified_spec K _ _ _ _ _ _ _ _ H) as (N & _ & HV & LV & HW & LW & _).
  assert (determinant <> 0) as Nd. { intros Z. apply (equal_spec K) in Z. congruence. }
  assert (forall i, List.length (column_of V i) = (3 * n)%nat) as Lc. { intros i. unfold column_of. now rewrite map_length. }
  assert (forall y, In y W -> List.length y = (3 * n)%nat) as LyW by now apply has_width_In.
  assert (forall i y, In y (skipn i W) -> In y W) as Sub.
  { intros i y I. rewrite <- (firstn_skipn i W). apply in_or_app. now right. }
  assert (forall i, i < r -> rigid (column_of V i)) as Rc.
  { intros i Hi. eapply is_rotation_spec; [apply Lc|]. apply F1, in_seq. lia. }
  assert (forall i, i < h -> forced (column_of V i)) as Fc.
  { intros i Hi. destruct (Nat.lt_ge_cases i r) as [|G]; [now apply forced_rigid, Rc|].
    specialize (F3 (i - r) ltac:(apply in_seq; lia)). destruct (nth (i - r) (origins E) (O, (O, O))) as [g kc].
    destruct (nth_error (generators E) g) as [sy|] eqn:Eg; [|easy]. replace (r + (i - r))%nat with i in F3 by lia.
    eapply is_forced_spec; [apply Lc| |exact F3]. apply F2. now apply nth_error_In in Eg. }
  assert (forall i : nat, i <= k -> forall row, In row V -> (i <= List.length row)%nat) as Wide.
  { intros i Hi row I. rewrite (has_width_In K _ _ HV row I). easy. }
  assert (forall y v, In y (skipn r W) -> rigid v -> dot K y v = 0) as Zr.
  { intros y v I Rv. apply no_rotation_spec; auto. apply LyW. eauto. }
  assert (forall y v, In y (skipn h W) -> forced v -> dot K y v = 0) as Zf.
  { intros y v I Fv. assert (List.length y = (3 * n)%nat) as Ly by (apply LyW; eauto).
    induction Fv as [v Rv|q Q p u v S Lv Mv|v v' Fv IH Fv' IH'|a v Fv IH|a v Na Lv Fv IH].
    - apply Zr; [|easy]. now apply (skipn_later W r (List.length (origins E))).
    - eapply carried_spec; eauto.
    - rewrite dot_comm, dot_plus, !(dot_comm _ y), IH, IH'. { ring. }
      apply forced_length in Fv, Fv'. congruence.
    - rewrite dot_scale_right, IH. ring.
    - rewrite dot_scale_right in IH. now apply (cancel K a). }
  split; split.
  - intros R. eapply first_weights; eauto; [lia|]. apply D_null; [easy|]. now apply rigid_invisible.
  - intros (c & lc & Ec). apply (rigid_part d); [easy|easy|]. rewrite Ec.
    apply combination_kept; auto using rigid_zero, rigid_length, rigid_sum, rigid_multiple. apply Wide. lia.
  - intros R. eapply first_weights; eauto; [lia|]. now apply forced_null.
  - intros (c & lc & Ec). apply (forced_part d); [easy|easy|]. rewrite Ec.
    apply combination_kept; auto using forced_rigid, rigid_zero, forced_sum, forced_multiple, forced_length. apply Wide. lia.
Qed.
End Filtration.
