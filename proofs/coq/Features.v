(** Features: sums over all ordered tuples of neighbours of a polynomial in the dot products within the tuple, one
    polynomial for each sequence of species.  The derivative along a displacement w is the coefficient of epsilon in
    F(X + epsilon w), computed with dual numbers a + b epsilon, epsilon^2 = 0.

      theorem_1.  The derivative along w of every polynomial feature of order nu vanishes exactly if D_nu w = 0.

    The hard direction takes a polynomial that has a prescribed gradient at one of finitely many different points, and
    value and gradient 0 at the others: a linear factor times squares of linear factors ([separator]). *)

From Coq Require Import List Bool Arith Lia Ring String.
Import ListNotations.
Require Import Numbers Matrices Environments.
Local Open Scope number_scope.

Section Features.
Variable K : domain.
Add Ring feature_numbers : (laws K).

Inductive polynomial :=
  | Number (a : K)
  | Variable_number (i : nat)
  | Plus (p q : polynomial)
  | Times (p q : polynomial).

(** The feature of phi, in any arithmetic that has the numbers of K. *)
Section Arithmetic.
Variables (A : Type) (number : K -> A) (plus times : A -> A -> A).

Fixpoint value (p : polynomial) (t : list A) : A :=
  match p with
  | Number a => number a
  | Variable_number i => nth i t (number 0)
  | Plus p q => plus (value p t) (value q t)
  | Times p q => times (value p t) (value q t)
  end.

Definition inner_in (M : metric K) (x y : A * A * A) : A :=
  let '(x1, x2, x3) := x in
  let '(y1, y2, y3) := y in
  plus (times x1 (plus (plus (times (number (m11 K M)) y1) (times (number (m12 K M)) y2)) (times (number (m13 K M)) y3)))
  (plus (times x2 (plus (plus (times (number (m12 K M)) y1) (times (number (m22 K M)) y2)) (times (number (m23 K M)) y3)))
        (times x3 (plus (plus (times (number (m13 K M)) y1) (times (number (m23 K M)) y2)) (times (number (m33 K M)) y3)))).

Definition invariants_in (M : metric K) (nu : nat) (x : nat -> A * A * A) (tau : list nat) : list A :=
  map (fun ab => inner_in M (x (at_place tau (fst ab))) (x (at_place tau (snd ab)))) (places nu).

Definition feature (X : environment K) (nu : nat) (phi : list string -> polynomial) (x : nat -> A * A * A) : A :=
  fold_right (fun tau s => plus (value (phi (kinds K X tau)) (invariants_in (frame K X) nu x tau)) s) (number 0)
             (tuples K X nu).
End Arithmetic.

(** Dual numbers. *)
Definition dual : Type := K * K.
Definition dual_number (a : K) : dual := (a, 0).
Definition dual_plus (u v : dual) : dual := (fst u + fst v, snd u + snd v).
Definition dual_times (u v : dual) : dual := (fst u * fst v, fst u * snd v + snd u * fst v).
Definition towards (x w : vector K) : dual * dual * dual :=
  let '(x1, x2, x3) := x in let '(w1, w2, w3) := w in ((x1, w1), (x2, w2), (x3, w3)).

Definition derivative (X : environment K) (nu : nat) (phi : list string -> polynomial) (w : displacement K) : K :=
  snd (feature dual dual_number dual_plus dual_times X nu phi (fun j => towards (position K X j) (w j))).

(** Proofs. *)
Notation dual_value := (value dual dual_number dual_plus dual_times).

Lemma inner_dual M x w y v :
  inner_in dual dual_number dual_plus dual_times M (towards x w) (towards y v)
  = (inner K M x y, inner K M w y + inner K M x v).
Proof.
  destruct x as [[x1 x2] x3], w as [[w1 w2] w3], y as [[y1 y2] y3], v as [[v1 v2] v3].
  unfold inner_in, inner, dual_plus, dual_times, dual_number. simpl. f_equal; ring.
Qed.

Variable X : environment K.
Variable nu : nat.

Definition changes (w : displacement K) (tau : list nat) : list K :=
  map (fun ab => change K X w (at_place tau (fst ab)) (at_place tau (snd ab))) (places nu).

Lemma invariants_dual w tau :
  invariants_in dual dual_number dual_plus dual_times (frame K X) nu (fun j => towards (position K X j) (w j)) tau
  = combine (invariants K X nu tau) (changes w tau).
Proof.
  unfold invariants_in, invariants, changes. induction (places nu) as [|ab l IH]; simpl; [easy|].
  rewrite inner_dual, IH. easy.
Qed.

(** The derivative of p at t along dt. *)
Definition along (p : polynomial) (t dt : list K) : K := snd (dual_value p (combine t dt)).

Lemma derivative_total phi w :
  derivative X nu phi w
  = total K (fun tau => along (phi (kinds K X tau)) (invariants K X nu tau) (changes w tau)) (tuples K X nu).
Proof.
  unfold derivative, feature, along. induction (tuples K X nu) as [|tau l IH]; simpl; [easy|].
  rewrite invariants_dual, IH. easy.
Qed.

Lemma nth_dual i (t dt : list K) :
  List.length t = List.length dt -> nth i (combine t dt) (dual_number 0) = (nth i t 0, nth i dt 0).
Proof. apply combine_nth. Qed.

Lemma dual_value_fst p t dt dt' :
  List.length dt = List.length t -> List.length dt' = List.length t ->
  fst (dual_value p (combine t dt)) = fst (dual_value p (combine t dt')).
Proof.
  intros H H'. induction p as [a|i|p IHp q IHq|p IHp q IHq]; simpl; try congruence.
  rewrite !nth_dual by easy. easy.
Qed.

Lemma nth_plus i (x y : list K) :
  List.length x = List.length y -> nth i (plus K x y) 0 = nth i x 0 + nth i y 0.
Proof.
  revert i y. induction x as [|a x IH]; intros [|i] [|b y]; simpl; try easy; intros; try ring. apply IH. lia.
Qed.

Lemma along_plus p t dt dt' :
  List.length dt = List.length t -> List.length dt' = List.length t ->
  along p t (plus K dt dt') = along p t dt + along p t dt'.
Proof.
  intros H H'. assert (List.length (plus K dt dt') = List.length t) as H''. { rewrite plus_length; congruence. }
  unfold along. induction p as [a|i|p IHp q IHq|p IHp q IHq]; simpl.
  - ring.
  - rewrite !nth_dual by congruence. simpl. apply nth_plus. congruence.
  - rewrite IHp, IHq. ring.
  - rewrite IHp, IHq.
    rewrite (dual_value_fst p t (plus K dt dt') dt), (dual_value_fst q t (plus K dt dt') dt) by easy.
    rewrite (dual_value_fst p t dt' dt), (dual_value_fst q t dt' dt) by easy. ring.
Qed.

Lemma nth_zeros i m : nth i (zeros K m) 0 = 0.
Proof. revert i. induction m; intros [|i]; simpl; auto. Qed.

Lemma along_zeros p t : along p t (zeros K (List.length t)) = 0.
Proof.
  assert (List.length (zeros K (List.length t)) = List.length t) as H by apply repeat_length.
  unfold along. induction p as [a|i|p IHp q IHq|p IHp q IHq]; simpl.
  - easy.
  - rewrite nth_dual by easy. apply nth_zeros.
  - rewrite IHp, IHq. ring.
  - rewrite IHp, IHq. ring.
Qed.

Lemma along_sum p t (l : list (list K)) :
  (forall dt, In dt l -> List.length dt = List.length t) ->
  List.length (fold_right (plus K) (zeros K (List.length t)) l) = List.length t /\
  along p t (fold_right (plus K) (zeros K (List.length t)) l) = total K (along p t) l.
Proof.
  induction l as [|dt l IH]; simpl; intros H.
  - split; [apply repeat_length | apply along_zeros].
  - destruct IH as [L E]; [auto|]. assert (List.length dt = List.length t) by (apply H; now left).
    split. { rewrite plus_length; congruence. }
    rewrite along_plus by easy. now rewrite E.
Qed.

Lemma invariants_length tau : List.length (invariants K X nu tau) = List.length (places nu).
Proof. apply map_length. Qed.

Lemma changes_length w tau : List.length (changes w tau) = List.length (places nu).
Proof. apply map_length. Qed.

(** A sum over all tuples, class by class. *)
Lemma total_members (l : list (list nat)) (keys : list (key K)) (f : list nat -> K) :
  NoDup keys -> (forall tau, In tau l -> In (key_of K X nu tau) keys) ->
  total K f l = total K (fun k => total K f (filter (fun s => same_key K k (key_of K X nu s)) l)) keys.
Proof.
  intros N. induction l as [|tau l IH]; intros H.
  - simpl. symmetry. now apply total_zero.
  - simpl. rewrite IH by (intros s I; apply H; now right). clear IH.
    assert (In (key_of K X nu tau) keys) as I by (apply H; now left). clear H.
    transitivity (total K (fun k => (if same_key K k (key_of K X nu tau) then f tau else 0)
      + total K f (filter (fun s => same_key K k (key_of K X nu s)) l)) keys).
    2:{ apply total_ext_in. intros k _. destruct (same_key K k (key_of K X nu tau)); simpl; ring. }
    rewrite total_plus. f_equal. induction keys as [|k keys IH]; [easy|]. inversion N; subst. simpl.
    destruct I as [->|I].
    + replace (same_key K (key_of K X nu tau) (key_of K X nu tau)) with true by (symmetry; now apply same_key_spec).
      rewrite total_zero; [ring|]. intros g G. destruct (same_key K g (key_of K X nu tau)) eqn:E; [|easy].
      apply same_key_spec in E. subst g. contradiction.
    + rewrite <- IH by easy. destruct (same_key K k (key_of K X nu tau)) eqn:E; [|ring].
      apply same_key_spec in E. subst k. contradiction.
Qed.

Lemma distinct_NoDup keys : NoDup (distinct K keys).
Proof.
  induction keys as [|k keys IH]; simpl; [constructor|].
  destruct (existsb (same_key K k) (distinct K keys)) eqn:E; [easy|]. constructor; [|easy].
  intros I. assert (existsb (same_key K k) (distinct K keys) = true); [|congruence].
  apply existsb_exists. exists k. split; [easy|]. now apply same_key_spec.
Qed.

Lemma nth_fold_plus m (l : list (list K)) i :
  (forall dt, In dt l -> List.length dt = m) ->
  List.length (fold_right (plus K) (zeros K m) l) = m /\
  nth i (fold_right (plus K) (zeros K m) l) 0 = total K (fun dt => nth i dt 0) l.
Proof.
  induction l as [|dt l IH]; simpl; intros H.
  - split; [apply repeat_length | apply nth_zeros].
  - destruct IH as [L E]; [auto|]. assert (List.length dt = m) by auto. split.
    + rewrite plus_length; congruence.
    + rewrite nth_plus by congruence. now rewrite E.
Qed.

(** What no row sees no feature sees: the derivative is linear in the changes of the invariants. *)
Lemma invisible_no_feature phi w : invisible K X nu w -> derivative X nu phi w = 0.
Proof.
  intros H. rewrite derivative_total.
  rewrite total_members with (keys := distinct K (map (key_of K X nu) (tuples K X nu))).
  2: apply distinct_NoDup.
  2:{ intros tau I. apply distinct_In. now apply in_map. }
  apply total_zero. intros k I. apply (proj1 (distinct_In K _ _)), in_map_iff in I. destruct I as (tau & <- & I).
  fold (class_of K X nu tau).
  transitivity (total K (along (phi (kinds K X tau)) (invariants K X nu tau)) (map (changes w) (class_of K X nu tau))).
  - rewrite total_map. apply total_ext_in. intros s S. apply filter_In in S. destruct S as [_ S].
    apply same_key_spec in S. unfold key_of in S. injection S as -> ->. easy.
  - destruct (along_sum (phi (kinds K X tau)) (invariants K X nu tau) (map (changes w) (class_of K X nu tau))) as [L E].
    { intros dt J. apply in_map_iff in J. destruct J as (s & <- & _).
      now rewrite invariants_length, changes_length. }
    rewrite <- E. rewrite invariants_length in *.
    replace (fold_right (plus K) (zeros K (List.length (places nu))) (map (changes w) (class_of K X nu tau)))
      with (zeros K (List.length (places nu))).
    { rewrite <- (invariants_length tau). apply along_zeros. }
    apply nth_ext with (d := 0) (d' := 0). { rewrite L. apply repeat_length. }
    intros i Hi. rewrite nth_zeros. symmetry.
    unfold zeros in Hi. rewrite repeat_length in Hi.
    destruct (nth_fold_plus (List.length (places nu)) (map (changes w) (class_of K X nu tau)) i) as [_ ->].
    { intros dt J. apply in_map_iff in J. destruct J as (s & <- & _). apply changes_length. }
    rewrite total_map. rewrite <- (H tau (nth i (places nu) (O, O))); [|easy|now apply nth_In].
    unfold class_change. apply total_ext_in. intros s _. unfold changes.
    rewrite nth_indep with (d' := change K X w (at_place s (fst (O, O))) (at_place s (snd (O, O)))).
    2:{ now rewrite map_length. }
    now rewrite (map_nth (fun ab => change K X w (at_place s (fst ab)) (at_place s (snd ab)))).
Qed.

(** The polynomial that picks one place of one point: (t_i - u_i) times, for every other point s, the square of
    t_j - s_j at the first place j where u and s differ. *)
Fixpoint first_difference (u s : list K) : nat :=
  match u, s with
  | a :: u', b :: s' => if equal a b then S (first_difference u' s') else O
  | _, _ => O
  end.

Definition linear (i : nat) (a : K) : polynomial := Plus (Variable_number i) (Number (- a)).
Definition square_at (u s : list K) : polynomial :=
  let j := first_difference u s in Times (linear j (nth j s 0)) (linear j (nth j s 0)).
Definition separator (u : list K) (points : list (list K)) : polynomial :=
  fold_right (fun s p => if same_row K u s then p else Times (square_at u s) p) (Number 1) points.

Lemma first_difference_spec u s :
  List.length u = List.length s -> u <> s -> nth (first_difference u s) u 0 <> nth (first_difference u s) s 0.
Proof.
  revert s. induction u as [|a u IH]; intros [|b s]; simpl; try easy. intros [= L] N.
  destruct (equal a b) eqn:E.
  - apply equal_spec in E. subst. apply IH; [easy|]. congruence.
  - intros H. apply equal_spec in H. congruence.
Qed.

Lemma linear_dual i a t dt :
  List.length t = List.length dt -> dual_value (linear i a) (combine t dt) = (nth i t 0 + - a, nth i dt 0).
Proof.
  intros L. simpl. rewrite nth_dual by easy. unfold dual_plus, dual_number. simpl.
  f_equal; ring.
Qed.

Lemma difference_zero (a b : K) : a + - b = 0 -> a = b.
Proof. intros H. replace a with ((a + - b) + b) by ring. rewrite H. ring. Qed.

(** At another point it has value and derivative 0; at u a value that is not 0. *)
Lemma separator_elsewhere u points s dt :
  In s points -> u <> s -> List.length s = List.length dt ->
  dual_value (separator u points) (combine s dt) = (0, 0).
Proof.
  intros I N L. induction points as [|t points IH]; [easy|]. simpl.
  destruct (same_row K u t) eqn:E.
  - apply same_row_true in E. subst t. destruct I as [I|I]; [contradiction|auto].
  - cbn [value]. unfold square_at. cbn [value]. rewrite !linear_dual by easy. destruct I as [->|I].
    + unfold dual_times. simpl. f_equal; ring.
    + rewrite (IH I). unfold dual_times. simpl. f_equal; ring.
Qed.

Lemma separator_here u points dt :
  (forall s, In s points -> List.length s = List.length u) -> List.length u = List.length dt ->
  exists a b, dual_value (separator u points) (combine u dt) = (a, b) /\ a <> 0
    /\ forall dt', List.length u = List.length dt' -> fst (dual_value (separator u points) (combine u dt')) = a.
Proof.
  intros H L. assert (fst (dual_value (separator u points) (combine u dt)) <> 0) as N.
  { induction points as [|s points IH]; simpl.
    - apply one_is_not_zero.
    - destruct (same_row K u s) eqn:E; [apply IH; intros; apply H; now right|].
      cbn [value]. unfold square_at. cbn [value]. rewrite !linear_dual by easy. unfold dual_times. simpl.
      assert (nth (first_difference u s) u 0 <> nth (first_difference u s) s 0) as F.
      { apply first_difference_spec. { symmetry. apply H. now left. }
        intros ->. rewrite (same_row_refl K s) in E. discriminate. }
      intros Z. apply no_zero_divisors in Z. destruct Z as [Z|Z].
      + apply no_zero_divisors in Z. apply F. apply difference_zero. tauto.
      + revert Z. apply IH. intros t I. apply H. now right. }
  destruct (dual_value (separator u points) (combine u dt)) as [a b] eqn:E. exists a, b. split; [easy|]. split; [easy|].
  intros dt' L'. rewrite (dual_value_fst _ u dt' dt) by easy. now rewrite E.
Qed.

Definition picking (tau : list nat) (i : nat) (species : list string) : polynomial :=
  let u := invariants K X nu tau in
  if same_kinds (kinds K X tau) species
  then Times (linear i (nth i u 0)) (separator u (map (invariants K X nu) (tuples K X nu)))
  else Number 0.

Lemma no_feature_invisible w : (forall phi, derivative X nu phi w = 0) -> invisible K X nu w.
Proof.
  intros H tau ab I J. apply In_nth with (d := (O, O)) in J. destruct J as (i & Hi & <-).
  specialize (H (picking tau i)). rewrite derivative_total in H.
  set (u := invariants K X nu tau) in *.
  set (points := map (invariants K X nu) (tuples K X nu)) in *.
  destruct (separator_here u points (changes w tau)) as (a & b & _ & N & Ha).
  { intros s S. apply in_map_iff in S. destruct S as (t & <- & _). unfold u. now rewrite !invariants_length. }
  { unfold u. now rewrite invariants_length, changes_length. }
  apply (cancel K a); [easy|]. rewrite <- H. unfold class_change, class_of. rewrite total_filter, <- total_times.
  apply total_ext_in. intros s S. unfold picking. fold u. fold points.
  destruct (same_key K (key_of K X nu tau) (key_of K X nu s)) eqn:E.
  - apply same_key_spec in E. unfold key_of in E. injection E as Ek Eu. fold u in Eu.
    unfold same_kinds. destruct (list_eq_dec string_dec (kinds K X tau) (kinds K X s)); [|contradiction].
    unfold along. rewrite <- Eu. cbn [value].
    assert (List.length u = List.length (changes w s)) as L.
    { unfold u. now rewrite invariants_length, changes_length. }
    rewrite linear_dual by easy. unfold dual_times. cbn [fst snd]. rewrite Ha by easy.
    assert (nth i (changes w s) 0 = change K X w (at_place s (fst (nth i (places nu) (O, O))))
                                                 (at_place s (snd (nth i (places nu) (O, O))))) as ->.
    { unfold changes. rewrite nth_indep with (d' := change K X w (at_place s (fst (O, O))) (at_place s (snd (O, O)))).
      2:{ now rewrite map_length. }
      now rewrite (map_nth (fun ab => change K X w (at_place s (fst ab)) (at_place s (snd ab)))). }
    ring.
  - transitivity (zero (d := K)); [ring|]. symmetry. unfold same_kinds.
    destruct (list_eq_dec string_dec (kinds K X tau) (kinds K X s)) as [Ek|Ek]; [|reflexivity].
    unfold along. cbn [value]. rewrite (separator_elsewhere u points).
    + unfold dual_times. simpl. ring.
    + now apply in_map.
    + intros Eu. assert (same_key K (key_of K X nu tau) (key_of K X nu s) = true); [|congruence].
      apply same_key_spec. unfold key_of. unfold u in Eu. congruence.
    + now rewrite invariants_length, changes_length.
Qed.

Theorem theorem_1 (w : list K) :
  List.length w = (3 * size K X)%nat ->
  ((forall phi, derivative X nu phi (moved K w) = 0) <-> apply K (D K X nu) w = zeros K (List.length (D K X nu))).
Proof.
  intros L. rewrite D_null by easy. split; [apply no_feature_invisible|]. intros H phi. now apply invisible_no_feature.
Qed.
End Features.
