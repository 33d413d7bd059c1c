(** Environments: a centre at the origin and neighbours with species and positions, in a frame with a metric.

    The invariants of a tuple of neighbours are all dot products within it.  Tuples are classed by species and invariants,
    and D_nu has a row for every class and every pair of places (a, b): the sum over the tuples of the class of the
    derivative of the dot product of the neighbours at a and b.

      D_null.  D w = 0 exactly if all these sums vanish along w, that is [invisible]. *)

From Coq Require Import List Bool Arith Lia Ring String.
Import ListNotations.
Require Import Numbers Matrices.
Local Open Scope number_scope.

Section Environments.
Variable K : domain.
Add Ring environment_numbers : (laws K).

(** Vectors of the frame. *)
Definition vector : Type := K * K * K.
Definition origin : vector := (0, 0, 0).
Definition vector_sum (x y : vector) : vector :=
  let '(x1, x2, x3) := x in let '(y1, y2, y3) := y in (x1 + y1, x2 + y2, x3 + y3).
Definition stretched (a : K) (x : vector) : vector := let '(x1, x2, x3) := x in (a * x1, a * x2, a * x3).
Definition product_sum (x y : vector) : K :=
  let '(x1, x2, x3) := x in let '(y1, y2, y3) := y in x1 * y1 + x2 * y2 + x3 * y3.

(** The dot products of the three vectors of the frame with each other. *)
Record metric := Metric { m11 : K; m12 : K; m13 : K; m22 : K; m23 : K; m33 : K }.

Definition lowered (M : metric) (x : vector) : vector :=
  let '(x1, x2, x3) := x in
  (m11 M * x1 + m12 M * x2 + m13 M * x3, m12 M * x1 + m22 M * x2 + m23 M * x3,
   m13 M * x1 + m23 M * x2 + m33 M * x3).

Definition inner (M : metric) (x y : vector) : K := product_sum x (lowered M y).

Record environment := Environment { frame : metric; neighbours : list (string * vector) }.

Variable X : environment.
Variable nu : nat.

Definition size : nat := List.length (neighbours X).
Definition species (j : nat) : string := fst (nth j (neighbours X) (EmptyString, origin)).
Definition position (j : nat) : vector := snd (nth j (neighbours X) (EmptyString, origin)).

(** Ordered tuples; a neighbour may be repeated.  Places a <= b within a tuple. *)
Fixpoint words (letters : list nat) (n : nat) : list (list nat) :=
  match n with
  | O => [[]]
  | S n => flat_map (fun j => map (cons j) (words letters n)) letters
  end.

Definition tuples : list (list nat) := words (seq 0 size) nu.
Definition places : list (nat * nat) := flat_map (fun a => map (pair a) (seq a (nu - a))) (seq 0 nu).
Definition at_place (tau : list nat) (a : nat) : nat := nth a tau O.

Definition kinds (tau : list nat) : list string := map species tau.
Definition invariants (tau : list nat) : list K :=
  map (fun ab => inner (frame X) (position (at_place tau (fst ab))) (position (at_place tau (snd ab)))) places.

Definition key : Type := list string * list K.
Definition key_of (tau : list nat) : key := (kinds tau, invariants tau).
Definition same_kinds (s t : list string) : bool := if list_eq_dec string_dec s t then true else false.
Definition same_key (k l : key) : bool := same_kinds (fst k) (fst l) && same_row K (snd k) (snd l).

(** The class of a tuple. *)
Definition class_of (tau : list nat) : list (list nat) :=
  filter (fun sigma => same_key (key_of tau) (key_of sigma)) tuples.

(** Displacements.  The change to first order of the dot product of neighbours j and k, and its sum over a class. *)
Definition displacement : Type := nat -> vector.
Definition change (w : displacement) (j k : nat) : K :=
  inner (frame X) (w j) (position k) + inner (frame X) (position j) (w k).
Definition total {A : Type} (f : A -> K) (l : list A) : K := fold_right (fun a s => f a + s) 0 l.
Definition class_change (w : displacement) (tau : list nat) (ab : nat * nat) : K :=
  total (fun sigma => change w (at_place sigma (fst ab)) (at_place sigma (snd ab))) (class_of tau).

Definition invisible (w : displacement) : Prop :=
  forall tau ab, In tau tuples -> In ab places -> class_change w tau ab = 0.

(** The matrix D_nu, computed: one row of 3n numbers for each class and pair of places. *)
Fixpoint distinct (keys : list key) : list key :=
  match keys with
  | [] => []
  | k :: rest => let found := distinct rest in if existsb (same_key k) found then found else k :: found
  end.

Definition keyed : list (key * list nat) := map (fun tau => (key_of tau, tau)) tuples.
Definition members (table : list (key * list nat)) (k : key) : list (list nat) :=
  map snd (filter (fun kt => same_key k (fst kt)) table).

Definition gradient (j k : nat) : list K :=
  flat_map
    (fun i =>
       let '(x1, x2, x3) :=
         vector_sum (if i =? j then lowered (frame X) (position k) else origin)
                    (if i =? k then lowered (frame X) (position j) else origin) in [x1; x2; x3])
    (seq 0 size).

Definition rows_sum (rows : list (list K)) : list K := fold_right (plus K) (zeros K (3 * size)) rows.

Definition D : list (list K) :=
  let table := keyed in
  flat_map
    (fun k =>
       let C := members table k in
       map (fun ab => rows_sum (map (fun tau => gradient (at_place tau (fst ab)) (at_place tau (snd ab))) C)) places)
    (distinct (map fst table)).

(** A list of 3n numbers as a displacement. *)
Definition moved (w : list K) : displacement :=
  fun j => (nth (3 * j) w 0, nth (3 * j + 1) w 0, nth (3 * j + 2) w 0).

(** Proofs. *)
Lemma same_row_refl x : same_row K x x = true.
Proof.
  induction x as [|a x IH]; simpl; [easy|]. rewrite IH. now replace (equal a a) with true by (symmetry; now apply equal_spec).
Qed.

Lemma same_key_spec k l : same_key k l = true <-> k = l.
Proof.
  destruct k as [s x], l as [t y]. unfold same_key, same_kinds. simpl. rewrite andb_true_iff.
  destruct (list_eq_dec string_dec s t) as [E|E]; split.
  - intros [_ H]. apply same_row_true in H. congruence.
  - intros [= _ ->]. split; [easy|]. apply same_row_refl.
  - easy.
  - congruence.
Qed.

Lemma total_ext_in {A} (f g : A -> K) l : (forall a, In a l -> f a = g a) -> total f l = total g l.
Proof.
  induction l as [|a l IH]; simpl; intros H; [easy|]. rewrite H, IH; auto.
Qed.

Lemma total_zero {A} (f : A -> K) l : (forall a, In a l -> f a = 0) -> total f l = 0.
Proof.
  induction l as [|a l IH]; simpl; intros H; [easy|]. rewrite H, IH by auto. ring.
Qed.

Lemma total_plus {A} (f g : A -> K) l : total (fun a => f a + g a) l = total f l + total g l.
Proof. induction l as [|a l IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma total_times {A} (c : K) (f : A -> K) l : total (fun a => c * f a) l = c * total f l.
Proof. induction l as [|a l IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma total_app {A} (f : A -> K) l l' : total f (l ++ l') = total f l + total f l'.
Proof. induction l as [|a l IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma total_map {A B} (f : B -> K) (g : A -> B) l : total f (map g l) = total (fun a => f (g a)) l.
Proof. induction l as [|a l IH]; simpl; [easy|]. now rewrite IH. Qed.

Lemma total_filter {A} (f : A -> K) p l : total f (filter p l) = total (fun a => if p a then f a else 0) l.
Proof. induction l as [|a l IH]; simpl; [easy|]. destruct (p a); simpl; rewrite IH; [easy|ring]. Qed.

Lemma total_pick (f : nat -> K) j s n :
  total (fun i => if i =? j then f i else 0) (seq s n) = if (s <=? j) && (j <? s + n) then f j else 0.
Proof.
  revert s. induction n as [|n IH]; intros s; simpl.
  - destruct ((s <=? j) && (j <? s + 0)%nat) eqn:E; [|easy]. apply andb_true_iff in E.
    rewrite Nat.leb_le, Nat.ltb_lt in E. lia.
  - rewrite IH. replace (s + S n)%nat with (S s + n)%nat by lia. destruct (Nat.eqb_spec s j) as [->|N].
    + replace (j <=? j) with true by (symmetry; apply Nat.leb_refl).
      replace (S j <=? j) with false by (symmetry; apply Nat.leb_gt; lia).
      replace (j <? S j + n) with true by (symmetry; apply Nat.ltb_lt; lia). simpl. ring.
    + destruct (Nat.leb_spec (S s) j).
      * replace (s <=? j) with true by (symmetry; apply Nat.leb_le; lia). simpl. ring.
      * replace (s <=? j) with false by (symmetry; apply Nat.leb_gt; lia). simpl. ring.
Qed.

Lemma words_In letters n tau :
  In tau (words letters n) <-> List.length tau = n /\ forall j, In j tau -> In j letters.
Proof.
  revert tau. induction n as [|n IH]; intros tau; simpl.
  - split; [intros [<-|[]]; easy|]. intros [H _]. apply length_zero_iff_nil in H. now left.
  - rewrite in_flat_map. split.
    + intros (j & I & H). apply in_map_iff in H. destruct H as (t & <- & H). apply IH in H.
      destruct H as [<- H]. split; [easy|]. intros i [<-|Hi]; auto.
    + destruct tau as [|j tau]; intros [[= H] I]. exists j. split; [apply I; now left|].
      apply in_map. apply IH. split; [easy|]. intros i Hi. apply I. now right.
Qed.

Lemma places_In a b : In (a, b) places -> a < nu /\ b < nu.
Proof.
  unfold places. rewrite in_flat_map. intros (i & I & H). apply in_map_iff in H.
  destruct H as (j & [= -> ->] & H). apply in_seq in I, H. lia.
Qed.

Lemma at_place_size tau a : In tau tuples -> a < nu -> at_place tau a < size.
Proof.
  unfold tuples. rewrite words_In. intros [L H] N. assert (In (at_place tau a) (seq 0 size)) as I.
  { apply H. apply nth_In. lia. }
  apply in_seq in I. lia.
Qed.

Lemma distinct_In keys k : In k (distinct keys) <-> In k keys.
Proof.
  induction keys as [|h keys IH]; simpl; [easy|]. rewrite <- IH.
  destruct (existsb (same_key h) (distinct keys)) eqn:E; simpl; [|easy].
  apply existsb_exists in E. destruct E as (g & I & E). apply same_key_spec in E. subst g.
  split; [auto|]. now intros [<-|?].
Qed.

Lemma members_class tau : members keyed (key_of tau) = class_of tau.
Proof.
  unfold members, keyed, class_of. induction tuples as [|sigma l IH]; simpl; [easy|].
  destruct (same_key (key_of tau) (key_of sigma)); simpl; [f_equal|]; exact IH.
Qed.

Lemma gradient_length j k : List.length (gradient j k) = (3 * size)%nat.
Proof.
  unfold gradient. rewrite <- (seq_length size 0) at 2. induction (seq 0 size) as [|i l IH]; [easy|].
  cbn [flat_map]. destruct (vector_sum _ _) as [[x1 x2] x3]. rewrite app_length, IH. simpl. lia.
Qed.

Definition flat (v : vector) : list K := let '(x1, x2, x3) := v in [x1; x2; x3].

Lemma dot_flat (f : nat -> vector) w s n :
  List.length w = (3 * (s + n))%nat ->
  dot K (flat_map (fun i => flat (f i)) (seq s n)) (skipn (3 * s) w)
  = total (fun i => product_sum (f i) (moved w i)) (seq s n).
Proof.
  revert s. induction n as [|n IH]; intros s L; [easy|].
  cbn [seq flat_map]. unfold total. cbn [fold_right]. fold (total (fun i => product_sum (f i) (moved w i)) (seq (S s) n)).
  rewrite <- IH by lia. clear IH.
  assert (skipn (3 * s) w = [nth (3 * s) w 0; nth (3 * s + 1) w 0; nth (3 * s + 2) w 0] ++ skipn (3 * S s) w) as ->.
  { replace (3 * S s)%nat with (3 + 3 * s)%nat by lia. assert (3 * s + 3 <= List.length w) as B by lia.
    generalize (3 * s)%nat as p, B. clear. intros p. revert w.
    induction p as [|p IH]; intros w B.
    - destruct w as [|a [|b [|c w]]]; simpl in B; try lia. reflexivity.
    - destruct w as [|a w]; simpl in B; [lia|]. apply (IH w). lia. }
  unfold moved. destruct (f s) as [[x1 x2] x3]. simpl. ring.
Qed.

Lemma product_sum_comm x y : product_sum x y = product_sum y x.
Proof. destruct x as [[x1 x2] x3], y as [[y1 y2] y3]. simpl. ring. Qed.

Lemma product_sum_plus x y z : product_sum (vector_sum x y) z = product_sum x z + product_sum y z.
Proof. destruct x as [[x1 x2] x3], y as [[y1 y2] y3], z as [[z1 z2] z3]. simpl. ring. Qed.

Lemma inner_comm M x y : inner M x y = inner M y x.
Proof. destruct x as [[x1 x2] x3], y as [[y1 y2] y3]. unfold inner. simpl. ring. Qed.

Lemma gradient_spec w j k :
  List.length w = (3 * size)%nat -> j < size -> k < size -> dot K (gradient j k) w = change (moved w) j k.
Proof.
  intros L Hj Hk. pose proof (dot_flat (fun i =>
    vector_sum (if i =? j then lowered (frame X) (position k) else origin)
               (if i =? k then lowered (frame X) (position j) else origin)) w 0 size L) as H.
  simpl skipn in H. unfold gradient. etransitivity; [exact H|]. clear H.
  transitivity (total (fun i => (if i =? j then product_sum (lowered (frame X) (position k)) (moved w i) else 0)
                              + (if i =? k then product_sum (lowered (frame X) (position j)) (moved w i) else 0))
                  (seq 0 size)).
  - apply total_ext_in. intros i _. rewrite product_sum_plus.
    assert (forall z, product_sum origin z = 0) as O. { intros [[z1 z2] z3]. simpl. ring. }
    destruct (i =? j), (i =? k); rewrite ?O; easy.
  - rewrite total_plus, !total_pick. simpl plus.
    replace (j <? 0 + size) with true by (symmetry; apply Nat.ltb_lt; lia).
    replace (k <? 0 + size) with true by (symmetry; apply Nat.ltb_lt; lia).
    simpl. unfold change. f_equal.
    + unfold inner. apply product_sum_comm.
    + rewrite inner_comm. unfold inner. apply product_sum_comm.
Qed.

Lemma rows_sum_spec rows w :
  (forall row, In row rows -> List.length row = (3 * size)%nat) ->
  List.length (rows_sum rows) = (3 * size)%nat /\ dot K (rows_sum rows) w = total (fun row => dot K row w) rows.
Proof.
  induction rows as [|row rows IH]; simpl rows_sum; intros H.
  { split; [apply repeat_length | apply dot_zeros]. }
  destruct IH as [L E]. { intros r I. apply H. now right. }
  assert (List.length row = (3 * size)%nat) as Lr by (apply H; now left).
  split. { rewrite plus_length; congruence. }
  rewrite dot_plus by congruence. rewrite E. easy.
Qed.

Theorem D_null w :
  List.length w = (3 * size)%nat -> (apply K D w = zeros K (List.length D) <-> invisible (moved w)).
Proof.
  intros L. rewrite zeros_apply. unfold D, invisible.
  assert (forall tau ab, In tau tuples -> In ab places ->
    dot K (rows_sum (map (fun tau => gradient (at_place tau (fst ab)) (at_place tau (snd ab))) (class_of tau))) w
    = class_change (moved w) tau ab) as H.
  { intros tau [a b] I J. apply places_In in J. destruct (rows_sum_spec
      (map (fun tau => gradient (at_place tau a) (at_place tau b)) (class_of tau)) w) as [_ E].
    { intros row R. apply in_map_iff in R. destruct R as (sigma & <- & _). apply gradient_length. }
    simpl. rewrite E. unfold class_change. rewrite total_map. apply total_ext_in. intros sigma S.
    apply filter_In in S. destruct S as [S _]. apply gradient_spec; [easy| |]; now apply at_place_size. }
  split.
  - intros E tau ab I J. rewrite <- H by easy. apply E. apply in_flat_map. exists (key_of tau). split.
    + apply distinct_In. unfold keyed. rewrite map_map. simpl. now apply in_map.
    + rewrite members_class. now apply (in_map (fun ab => rows_sum (map (fun tau => gradient (at_place tau (fst ab)) (at_place tau (snd ab))) (class_of tau)))).
  - intros E row R. apply in_flat_map in R. destruct R as (k & Hk & R).
    apply (proj1 (distinct_In _ _)) in Hk. unfold keyed in Hk. rewrite map_map in Hk. apply in_map_iff in Hk.
    destruct Hk as (tau & <- & I). simpl in R. rewrite members_class in R. apply in_map_iff in R.
    destruct R as (ab & <- & J). rewrite H by easy. now apply E.
Qed.
End Environments.
