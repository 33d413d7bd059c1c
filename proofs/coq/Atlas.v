(** Patterns of coincidences, whatever the positions.  A pattern says of n neighbours which are in one shell (equal species
    and distance), and which pairs have equal dot products: two ordered pairs are [alike] if the first neighbours are in
    one shell, and the second, both pairs are of one neighbour or both of two, and these have one label.  Tuples are in one
    class if all their pairs are alike.

    A change dG of dot products is lost at order nu if it is the same for pairs that a permutation which keeps the pattern
    takes to each other, and its sum over every class of nu-tuples vanishes at every two places.  The dimension of these dG is
    the gap of the pattern; where it is 0 no environment of the pattern is spuriously singular at nu.

      no_gap_2, no_gap_3.  No pattern of at most three neighbours has a gap at nu = 2, none of at most four at nu = 3.

    All patterns are enumerated here: 12 and 373 of three and four numbered neighbours ([every_pattern]: none is missing). *)

From Coq Require Import ZArith List Bool Arith Lia.
Import ListNotations.

(** Tuples, and the pairs of places in them, as in Environments.v. *)
Fixpoint tuples_of (letters : list nat) (n : nat) : list (list nat) :=
  match n with
  | O => [[]]
  | S n => flat_map (fun j => map (cons j) (tuples_of letters n)) letters
  end.

Definition place_pairs (nu : nat) : list (nat * nat) := flat_map (fun a => map (pair a) (seq a (nu - a))) (seq 0 nu).

(** Patterns as a relation between ordered pairs: alike j k j' k'. *)
Definition relation : Type := nat -> nat -> nat -> nat -> bool.

Fixpoint all_of {A : Type} (f : A -> bool) (l : list A) : bool :=
  match l with
  | [] => true
  | a :: l => if f a then all_of f l else false
  end.

Definition one_class (alike : relation) (nu : nat) (sigma tau : list nat) : bool :=
  all_of (fun ab => alike (nth (fst ab) sigma O) (nth (snd ab) sigma O) (nth (fst ab) tau O) (nth (snd ab) tau O))
          (place_pairs nu).

Definition sum (l : list Z) : Z := fold_right Z.add 0%Z l.

Definition class_sum (alike : relation) (n nu : nat) (dG : nat -> nat -> Z) (tau : list nat) (ab : nat * nat) : Z :=
  sum (map (fun sigma => dG (nth (fst ab) sigma O) (nth (snd ab) sigma O))
           (filter (one_class alike nu tau) (tuples_of (seq 0 n) nu))).

Definition keeps (alike : relation) (n : nat) (p : nat -> nat) : Prop :=
  (forall j, j < n -> p j < n) /\ (forall j k, j < n -> k < n -> p j = p k -> j = k) /\
  (forall j k, j < n -> k < n -> alike j k (p j) (p k) = true).

Definition lost (alike : relation) (n nu : nat) (dG : nat -> nat -> Z) : Prop :=
  (forall j k, dG j k = dG k j) /\
  (forall p, keeps alike n p -> forall j k, j < n -> k < n -> dG (p j) (p k) = dG j k) /\
  (forall tau ab, In tau (tuples_of (seq 0 n) nu) -> In ab (place_pairs nu) -> class_sum alike n nu dG tau ab = 0%Z).

Definition no_gap (alike : relation) (n nu : nat) : Prop :=
  forall dG, lost alike n nu dG -> forall j k, j < n -> k < n -> dG j k = 0%Z.

(** The pattern of shells and labels of any kind. *)
Section Pattern.
Variables (A B : Type) (same_shell : A -> A -> bool) (same_label : B -> B -> bool).
Variables (shell : nat -> A) (label : nat -> nat -> B).

Definition alike_of : relation := fun j k j' k' =>
  if same_shell (shell j) (shell j') then
    if same_shell (shell k) (shell k') then
      if j =? k then j' =? k' else if j' =? k' then false else same_label (label j k) (label j' k')
    else false
  else false.
End Pattern.

(** Numbered patterns: for each neighbour the first of its shell, for each pair j < k the first pair alike. *)
Definition pairs (n : nat) : list (nat * nat) := flat_map (fun j => map (pair j) (seq (S j) (n - S j))) (seq 0 n).

Fixpoint position_of (x : nat * nat) (l : list (nat * nat)) : nat :=
  match l with
  | [] => O
  | y :: l => if (fst x =? fst y) && (snd x =? snd y) then O else S (position_of x l)
  end.

Definition sorted (j k : nat) : nat * nat := if j <? k then (j, k) else (k, j).

(** All lists of m numbers, each its own place or that of an earlier one that is allowed and is its own place. *)
Fixpoint codes (allowed : nat -> nat -> bool) (m : nat) : list (list nat) :=
  match m with
  | O => [[]]
  | S m => flat_map (fun l => map (fun c => l ++ [c]) (m :: filter (fun q => (nth q l O =? q) && allowed q m) (seq 0 m)))
                    (codes allowed m)
  end.

Definition same_block (shells : list nat) (l : list (nat * nat)) (q i : nat) : bool :=
  let s := fun j => nth j shells O in
  let '(j, k) := nth q l (O, O) in
  let '(j', k') := nth i l (O, O) in
  ((s j =? s j') && (s k =? s k')) || ((s j =? s k') && (s k =? s j')).

Definition coded (n : nat) (shells labels : list nat) : relation :=
  let l := pairs n in
  alike_of nat nat Nat.eqb Nat.eqb (fun j => nth j shells O) (fun j k => nth (position_of (sorted j k) l) labels O).

Definition every_coded (n : nat) : list (list nat * list nat) :=
  let l := pairs n in
  flat_map (fun shells => map (pair shells) (codes (same_block shells l) (length l))) (codes (fun _ _ => true) n).

(** The decision for one pattern: equations for the dG of the pairs j <= k, and elimination. *)
Definition unknowns (n : nat) : list (nat * nat) := flat_map (fun j => map (pair j) (seq j (n - j))) (seq 0 n).
Definition pair_sorted (j k : nat) : nat * nat := if j <=? k then (j, k) else (k, j).

Fixpoint times (row x : list Z) : Z :=
  match row, x with
  | a :: row', b :: x' => (a * b + times row' x')%Z
  | _, _ => 0%Z
  end.

Fixpoint raised (i : nat) (by_ : Z) (row : list Z) : list Z :=
  match row, i with
  | [], _ => []
  | a :: row', O => (a + by_)%Z :: row'
  | a :: row', S i => a :: raised i by_ row'
  end.

Definition count (n : nat) (c : list (nat * nat)) : list Z :=
  let all := unknowns n in
  fold_right (fun jk row => raised (position_of (pair_sorted (fst jk) (snd jk)) all) 1%Z row)
             (repeat 0%Z (length all)) c.

Definition difference (n : nat) (j k j' k' : nat) : list Z :=
  let all := unknowns n in
  raised (position_of (pair_sorted j k) all) 1%Z
    (raised (position_of (pair_sorted j' k') all) (-1)%Z (repeat 0%Z (length all))).

(** Rows without head; the first row whose head is not 0 is subtracted from the others. *)
Fixpoint pivot (rows : list (list Z)) : option (list Z) :=
  match rows with
  | [] => None
  | (a :: row) :: rest => if (a =? 0)%Z then pivot rest else Some (a :: row)
  | [] :: rest => pivot rest
  end.

Definition shortened (row : list Z) : list Z :=
  let g := fold_right Z.gcd 0%Z row in if (g =? 0)%Z then row else map (fun a => (a / g)%Z) row.

Fixpoint minus (a b : Z) (r s : list Z) : list Z :=
  match r, s with
  | x :: r', y :: s' => (a * y - b * x)%Z :: minus a b r' s'
  | _, _ => []
  end.

Definition reduced (p row : list Z) : list Z :=
  match p, row with
  | a :: r, b :: s => if (b =? 0)%Z then s else shortened (minus a b r s)
  | _, _ => []
  end.

Definition is_zero_row (row : list Z) : bool := forallb (fun a => (a =? 0)%Z) row.

Fixpoint only_zero (m : nat) (rows : list (list Z)) : bool :=
  match m with
  | O => true
  | S m =>
      match pivot rows with
      | None => false
      | Some p => only_zero m (filter (fun row => negb (is_zero_row row)) (map (reduced p) rows))
      end
  end.

(** The permutations that keep a pattern, and a tuple of every class: the last of it. *)
Definition kept_by (alike : relation) (n : nat) (p : list nat) : bool :=
  all_of (fun j => all_of (fun k => alike j k (nth j p O) (nth k p O)) (seq 0 n)) (seq 0 n).

Definition renumbering (n : nat) (p : list nat) : bool :=
  forallb (fun j => forallb (fun k => (j =? k) || negb (nth j p O =? nth k p O)) (seq 0 n)) (seq 0 n).

Definition renumberings (n : nat) : list (list nat) := filter (renumbering n) (tuples_of (seq 0 n) n).

Fixpoint representatives (alike : relation) (nu : nat) (l : list (list nat)) : list (list nat) :=
  match l with
  | [] => []
  | tau :: l => let found := representatives alike nu l in
                if existsb (fun sigma => one_class alike nu tau sigma) found then found else tau :: found
  end.

Definition class_rows (alike : relation) (n nu : nat) : list (list Z) :=
  let all := tuples_of (seq 0 n) nu in
  flat_map (fun tau =>
    let c := filter (one_class alike nu tau) all in
    map (fun ab => count n (map (fun sigma => (nth (fst ab) sigma O, nth (snd ab) sigma O)) c)) (place_pairs nu))
    (representatives alike nu all).

Definition symmetry_rows (alike : relation) (n : nat) (every : list (list nat)) : list (list Z) :=
  flat_map (fun p => map (fun jk => difference n (nth (fst jk) p O) (nth (snd jk) p O) (fst jk) (snd jk)) (unknowns n))
           (filter (kept_by alike n) every).

Definition decided (alike : relation) (n nu : nat) (every : list (list nat)) : bool :=
  only_zero (length (unknowns n)) (symmetry_rows alike n every ++ class_rows alike n nu).

Definition all_decided (n nu : nat) : bool :=
  let every := renumberings n in
  forallb (fun c => decided (coded n (fst c) (snd c)) n nu every) (every_coded n).

(** Proofs.  First: what [decided] says is so. *)
Lemma all_of_forallb {A} (f : A -> bool) l : all_of f l = forallb f l.
Proof. induction l as [|a l IH]; simpl; [easy|]. rewrite IH. now destruct (f a). Qed.

Lemma tuples_of_In l n tau : In tau (tuples_of l n) <-> length tau = n /\ forall j, In j tau -> In j l.
Proof.
  revert tau. induction n as [|n IH]; intros tau; simpl.
  - split; [intros [<-|[]]; easy|]. intros [H _]. apply length_zero_iff_nil in H. now left.
  - rewrite in_flat_map. split.
    + intros (j & I & H). apply in_map_iff in H. destruct H as (t & <- & H). apply IH in H.
      destruct H as [<- H]. split; [easy|]. intros i [<-|Hi]; auto.
    + destruct tau as [|j tau]; intros [[= H] I]. exists j. split; [apply I; now left|].
      apply in_map. apply IH. split; [easy|]. intros i Hi. apply I. now right.
Qed.

Lemma place_pairs_In nu a b : In (a, b) (place_pairs nu) -> a < nu /\ b < nu.
Proof.
  unfold place_pairs. rewrite in_flat_map. intros (i & I & H). apply in_map_iff in H.
  destruct H as (j & [= -> ->] & H). apply in_seq in I, H. lia.
Qed.

Lemma tuple_entry n nu tau a : In tau (tuples_of (seq 0 n) nu) -> a < nu -> nth a tau O < n.
Proof.
  rewrite tuples_of_In. intros [L H] N. assert (In (nth a tau O) (seq 0 n)) as I by (apply H, nth_In; lia).
  apply in_seq in I. lia.
Qed.

Lemma position_of_spec x l : In x l -> nth (position_of x l) l (O, O) = x /\ position_of x l < length l.
Proof.
  induction l as [|y l IH]; simpl; [easy|]. intros H.
  destruct (Nat.eqb_spec (fst x) (fst y)), (Nat.eqb_spec (snd x) (snd y)); simpl.
  1: { split; [|lia]. destruct x, y; simpl in *; congruence. }
  all: destruct H as [->|H]; [contradiction|]; destruct (IH H); split; [easy|lia].
Qed.

Lemma pair_sorted_In n j k : j < n -> k < n -> In (pair_sorted j k) (unknowns n).
Proof.
  intros Hj Hk. unfold pair_sorted, unknowns. apply in_flat_map.
  destruct (Nat.leb_spec j k); [exists j | exists k]; (split; [apply in_seq; lia|]); apply in_map, in_seq; lia.
Qed.

Lemma times_raised i b row x : i < length row -> length row = length x -> times (raised i b row) x = (times row x + b * nth i x 0)%Z.
Proof.
  revert i x. induction row as [|a row IH]; intros [|i] [|y x]; simpl; intros H L; try lia.
  rewrite IH by lia. lia.
Qed.

Lemma raised_length i b row : length (raised i b row) = length row.
Proof. revert i. induction row as [|a row IH]; intros [|i]; simpl; auto. Qed.

Lemma times_zeros m x : times (repeat 0%Z m) x = 0%Z.
Proof. revert x. induction m as [|m IH]; intros [|y x]; simpl; auto. Qed.

Section Values.
Variables (n : nat) (dG : nat -> nat -> Z).
Hypothesis symmetric : forall j k, dG j k = dG k j.

Definition values : list Z := map (fun jk => dG (fst jk) (snd jk)) (unknowns n).

Lemma value_of j k : j < n -> k < n -> nth (position_of (pair_sorted j k) (unknowns n)) values 0%Z = dG j k.
Proof.
  intros Hj Hk. destruct (position_of_spec _ _ (pair_sorted_In n j k Hj Hk)) as [E L].
  unfold values. rewrite nth_indep with (d' := dG (fst (O, O)) (snd (O, O))) by now rewrite map_length.
  rewrite (map_nth (fun jk => dG (fst jk) (snd jk))), E. unfold pair_sorted. destruct (j <=? k); simpl; auto.
Qed.

Lemma position_small j k : j < n -> k < n -> position_of (pair_sorted j k) (unknowns n) < length (unknowns n).
Proof. intros Hj Hk. now apply position_of_spec, pair_sorted_In. Qed.

Lemma count_spec c :
  (forall jk, In jk c -> fst jk < n /\ snd jk < n) ->
  length (count n c) = length (unknowns n) /\ times (count n c) values = sum (map (fun jk => dG (fst jk) (snd jk)) c).
Proof.
  unfold count. induction c as [|jk c IH]; simpl; intros H.
  - split; [apply repeat_length | apply times_zeros].
  - destruct IH as [L E]; [auto|]. destruct (H jk) as [Hj Hk]; [now left|].
    split. { now rewrite raised_length. }
    rewrite times_raised, E, value_of by (rewrite ?L; unfold values; rewrite ?map_length; auto using position_small). lia.
Qed.

Lemma difference_spec j k j' k' : j < n -> k < n -> j' < n -> k' < n ->
  length (difference n j k j' k') = length (unknowns n) /\ times (difference n j k j' k') values = (dG j k - dG j' k')%Z.
Proof.
  intros. unfold difference. split. { now rewrite !raised_length, repeat_length. }
  rewrite !times_raised, times_zeros, !value_of
    by (rewrite ?raised_length, ?repeat_length; unfold values; rewrite ?map_length; auto using position_small). lia.
Qed.
End Values.

Lemma pivot_In rows p : pivot rows = Some p -> In p rows /\ exists a r, p = a :: r /\ a <> 0%Z.
Proof.
  induction rows as [|[|a row] rows IH]; simpl; [easy| |].
  - intros H. destruct (IH H). auto.
  - destruct (Z.eqb_spec a 0); intros H.
    + destruct (IH H). auto.
    + injection H as <-. split; [now left|]. now exists a, row.
Qed.

Lemma times_minus a b r s x : length r = length s -> times (minus a b r s) x = (a * times s x - b * times r x)%Z.
Proof.
  revert s x. induction r as [|c r IH]; intros [|d s] [|y x]; simpl; intros; try lia.
  rewrite IH by lia. lia.
Qed.

Lemma minus_length a b r s : length r = length s -> length (minus a b r s) = length r.
Proof. revert s. induction r as [|c r IH]; intros [|d s]; simpl; auto. Qed.

Lemma gcd_divides row a : In a row -> (fold_right Z.gcd 0 row | a)%Z.
Proof.
  induction row as [|b row IH]; simpl; [easy|]. intros [->|H]; [apply Z.gcd_divide_l|].
  transitivity (fold_right Z.gcd 0%Z row); [apply Z.gcd_divide_r | auto].
Qed.

Lemma shortened_spec row x : (times row x = 0 -> times (shortened row) x = 0)%Z /\ length (shortened row) = length row.
Proof.
  unfold shortened. destruct (Z.eqb_spec (fold_right Z.gcd 0%Z row) 0) as [|N]; [easy|].
  set (g := fold_right Z.gcd 0%Z row) in *. split; [|apply map_length].
  assert (forall a, In a row -> (g | a)%Z) as Hg by apply gcd_divides. clearbody g.
  assert (times row x = g * times (map (fun a => (a / g)%Z) row) x)%Z as ->.
  { revert x Hg. induction row as [|a row IH]; intros [|y x] Hg; simpl; try lia.
    rewrite (IH x) by (intros; apply Hg; now right).
    assert (a = g * (a / g))%Z as E.
    { destruct (Hg a (or_introl eq_refl)) as [z ->]. now rewrite Z.div_mul, Z.mul_comm. }
    rewrite E at 1. lia. }
  intros E. apply Z.mul_eq_0 in E. tauto.
Qed.

Lemma only_zero_sound m rows x :
  only_zero m rows = true -> length x = m -> (forall row, In row rows -> length row = m /\ times row x = 0%Z) ->
  forall a, In a x -> a = 0%Z.
Proof.
  revert rows x. induction m as [|m IH]; intros rows [|y x] D L H a; simpl in *; try easy.
  destruct (pivot rows) as [p|] eqn:P; [|easy]. apply pivot_In in P. destruct P as (I & c & r & -> & N).
  destruct (H _ I) as [Lr Er]. simpl in Lr, Er.
  assert (forall a, In a x -> a = 0%Z) as Z0.
  { apply (IH _ x D); [lia|]. intros row J. apply filter_In in J. destruct J as [J _].
    apply in_map_iff in J. destruct J as (s & <- & J). destruct (H s J) as [Ls Es].
    destruct s as [|b s]; simpl in Ls, Es; [easy|]. simpl. destruct (Z.eqb_spec b 0) as [->|Nb].
    - split; lia.
    - destruct (shortened_spec (minus c b r s) x) as [S1 S2]. rewrite S2, minus_length by lia. split; [lia|].
      apply S1. rewrite times_minus by lia.
      assert (times s x = - (b * y))%Z as -> by lia. assert (times r x = - (c * y))%Z as -> by lia. lia. }
  assert (times r x = 0%Z) as E.
  { clear - Z0. revert r. induction x as [|y x IH]; intros [|d r]; simpl; try easy.
    rewrite IH by (intros; apply Z0; now right). rewrite (Z0 y) by now left. lia. }
  intros [<-|J]; [|auto]. rewrite E in Er. assert (c * y = 0)%Z as F by lia. apply Z.mul_eq_0 in F. tauto.
Qed.

Lemma representatives_In alike nu l tau : In tau (representatives alike nu l) -> In tau l.
Proof.
  induction l as [|s l IH]; simpl; [easy|].
  destruct (existsb _ _); simpl; [auto|]. intros [->|?]; auto.
Qed.

Theorem decided_no_gap alike n nu : decided alike n nu (renumberings n) = true -> no_gap alike n nu.
Proof.
  intros H dG (S & P & C) j k Hj Hk. rewrite <- (value_of n dG S j k Hj Hk).
  apply (only_zero_sound _ _ (values n dG) H).
  - apply map_length.
  - intros row I. apply in_app_iff in I. destruct I as [I|I]; apply in_flat_map in I.
    + destruct I as (p & Ip & I). apply in_map_iff in I. destruct I as ([i l] & <- & I). simpl.
      apply filter_In in Ip. destruct Ip as [Ip Kp]. apply filter_In in Ip. destruct Ip as [Ip Rp].
      assert (forall i, i < n -> nth i p O < n) as B by (intros q Hq; now apply (tuple_entry n n)).
      assert (i < n /\ l < n) as [Hi Hl].
      { apply in_flat_map in I. destruct I as (q & Iq & I). apply in_map_iff in I. destruct I as (t & [= -> ->] & I).
        apply in_seq in Iq, I. lia. }
      destruct (difference_spec n dG S (nth i p O) (nth l p O) i l) as [E1 E2]; auto.
      split; [exact E1|]. rewrite E2. enough (dG (nth i p O) (nth l p O) = dG i l) by lia.
      apply (P (fun q => nth q p O)); [|easy|easy]. split; [easy|]. split.
      * intros a b Ha Hb E. unfold renumbering in Rp. rewrite forallb_forall in Rp.
        specialize (Rp a). rewrite forallb_forall in Rp. specialize (Rp ltac:(apply in_seq; lia) b ltac:(apply in_seq; lia)).
        rewrite E, Nat.eqb_refl, orb_false_r in Rp. now apply Nat.eqb_eq.
      * intros a b Ha Hb. unfold kept_by in Kp. rewrite all_of_forallb, forallb_forall in Kp.
        specialize (Kp a ltac:(apply in_seq; lia)). rewrite all_of_forallb, forallb_forall in Kp.
        apply Kp, in_seq. lia.
    + destruct I as (tau & It & I). apply representatives_In in It. apply in_map_iff in I.
      destruct I as ([a b] & <- & I). pose proof (place_pairs_In _ _ _ I) as [Ha Hb]. simpl.
      destruct (count_spec n dG S (map (fun sigma => (nth a sigma O, nth b sigma O))
        (filter (one_class alike nu tau) (tuples_of (seq 0 n) nu)))) as [E1 E2].
      { intros jk J. apply in_map_iff in J. destruct J as (s & <- & J). apply filter_In in J. destruct J as [J _].
        simpl. split; now apply (tuple_entry n nu). }
      split; [exact E1|]. rewrite E2, map_map. apply (C tau (a, b)); easy.
  - apply nth_In. unfold values. rewrite map_length. now apply position_small.
Qed.

(** Only what the relation says of the n neighbours matters. *)
Lemma no_gap_same (f g : relation) n nu :
  (forall j k j' k', j < n -> k < n -> j' < n -> k' < n -> f j k j' k' = g j k j' k') -> no_gap f n nu -> no_gap g n nu.
Proof.
  intros E H dG (S & P & C). apply H. split; [easy|]. split.
  - intros p (B & I & K). apply P. split; [easy|]. split; [easy|]. intros j k Hj Hk. rewrite <- E; auto.
  - intros tau ab It Ia. rewrite <- (C tau ab It Ia). unfold class_sum. do 2 f_equal.
    apply filter_ext_in. intros s Is. unfold one_class. rewrite !all_of_forallb.
    assert (forall l, (forall ab, In ab l -> In ab (place_pairs nu)) ->
      forallb (fun ab => f (nth (fst ab) tau 0) (nth (snd ab) tau 0) (nth (fst ab) s 0) (nth (snd ab) s 0)) l =
      forallb (fun ab => g (nth (fst ab) tau 0) (nth (snd ab) tau 0) (nth (fst ab) s 0) (nth (snd ab) s 0)) l) as F.
    { induction l as [|[a b] l IH]; simpl; intros Hl; [easy|]. rewrite IH by auto.
      destruct (place_pairs_In nu a b) as [Ha Hb]; [auto|]. rewrite E; auto; now apply (tuple_entry n nu). }
    now apply F.
Qed.

(** Second: no pattern is missing from the enumeration. *)
Section First.
Variable same : nat -> nat -> bool.
Hypothesis same_refl : forall i, same i i = true.
Hypothesis same_sym : forall i j, same i j = true -> same j i = true.
Hypothesis same_trans : forall i j k, same i j = true -> same j k = true -> same i k = true.

Definition first (i : nat) : nat := hd i (filter (fun q => same q i) (seq 0 i)).

Lemma first_spec i : same (first i) i = true /\ first i <= i /\ forall q, q < first i -> same q i = false.
Proof.
  unfold first. assert (forall s m, (forall q, s <= q -> q < s + m -> True) ->
    let h := hd (s + m) (filter (fun q => same q i) (seq s m)) in
    (h = s + m \/ same h i = true) /\ s <= h <= s + m /\ forall q, s <= q -> q < h -> same q i = false) as G.
  { intros s m _. revert s. induction m as [|m IH]; intros s; simpl.
    - split; [lia|]. split; [lia|]. intros; lia.
    - destruct (same s i) eqn:E; simpl.
      + split; [auto|]. split; [lia|]. intros; lia.
      + specialize (IH (S s)). replace (S s + m) with (s + S m) in IH by lia. simpl in IH.
        destruct IH as (A & B & C). split; [exact A|]. split; [lia|]. intros q Hq Hl.
        destruct (Nat.eq_dec q s) as [->|]; [easy|]. apply C; lia. }
  specialize (G 0 i (fun _ _ _ => I)). simpl in G. destruct G as ([A|A] & B & C).
  - split; [rewrite A; auto|]. split; [lia|]. intros q Hq. apply C; lia.
  - split; [easy|]. split; [lia|]. intros q Hq. apply C; lia.
Qed.

Lemma first_same i j : first i = first j <-> same i j = true.
Proof.
  destruct (first_spec i) as (A & B & C), (first_spec j) as (A' & B' & C'). split.
  - intros E. rewrite E in A. eauto.
  - intros E. destruct (Nat.lt_total (first i) (first j)) as [H|[H|H]]; [|easy|].
    + specialize (C' _ H). assert (same (first i) j = true) by eauto. congruence.
    + specialize (C _ H). assert (same (first j) i = true) by eauto. congruence.
Qed.

Lemma first_first i : first (first i) = first i.
Proof. apply first_same. apply first_spec. Qed.

Lemma codes_In allowed m : (forall q i, i < m -> same q i = true -> allowed q i = true) -> In (map first (seq 0 m)) (codes allowed m).
Proof.
  induction m as [|m IH]; intros H; [now left|]. cbn [codes]. apply in_flat_map. exists (map first (seq 0 m)).
  split; [apply IH; auto|]. rewrite seq_S, map_app.
  apply (in_map (fun c => map first (seq 0 m) ++ [c]) _ (first m)).
  destruct (first_spec m) as (A & B & C). destruct (Nat.eq_dec (first m) m) as [->|N]; [now left|]. right.
  apply filter_In. split; [apply in_seq; lia|]. rewrite H by (auto; lia).
  rewrite nth_indep with (d' := first 0) by (rewrite map_length, seq_length; lia).
  rewrite map_nth, seq_nth by lia. rewrite Nat.add_0_l, first_first, Nat.eqb_refl. easy.
Qed.

Lemma nth_first m i : i < m -> nth i (map first (seq 0 m)) O = first i.
Proof.
  intros H. rewrite nth_indep with (d' := first 0) by (rewrite map_length, seq_length; lia).
  now rewrite map_nth, seq_nth by lia.
Qed.
End First.

Section Every.
Variables (A B : Type) (same_shell : A -> A -> bool) (same_label : B -> B -> bool).
Hypothesis same_shell_spec : forall a b, same_shell a b = true <-> a = b.
Hypothesis same_label_spec : forall a b, same_label a b = true <-> a = b.
Variables (shell : nat -> A) (label : nat -> nat -> B).
Hypothesis label_sym : forall j k, label j k = label k j.
Variable n : nat.

Let alike := alike_of A B same_shell same_label shell label.
Let shells_same (i j : nat) := same_shell (shell i) (shell j).
Let shells := map (first shells_same) (seq 0 n).
Let l := pairs n.
Let labels_same (q i : nat) :=
  same_block shells l q i &&
  same_label (label (fst (nth q l (O, O))) (snd (nth q l (O, O)))) (label (fst (nth i l (O, O))) (snd (nth i l (O, O)))).
Let labels := map (first labels_same) (seq 0 (length l)).

Lemma shells_equivalence :
  (forall i, shells_same i i = true) /\ (forall i j, shells_same i j = true -> shells_same j i = true) /\
  (forall i j k, shells_same i j = true -> shells_same j k = true -> shells_same i k = true).
Proof.
  unfold shells_same. repeat split; intros; rewrite same_shell_spec in *; congruence.
Qed.

Lemma same_block_spec q i : same_block shells l q i = true <->
  let s := fun j => nth j shells O in
  (s (fst (nth q l (O, O))) = s (fst (nth i l (O, O))) /\ s (snd (nth q l (O, O))) = s (snd (nth i l (O, O)))) \/
  (s (fst (nth q l (O, O))) = s (snd (nth i l (O, O))) /\ s (snd (nth q l (O, O))) = s (fst (nth i l (O, O)))).
Proof.
  unfold same_block. destruct (nth q l (O, O)) as [j k], (nth i l (O, O)) as [j' k']. simpl.
  now rewrite orb_true_iff, !andb_true_iff, !Nat.eqb_eq.
Qed.

Lemma labels_equivalence :
  (forall i, labels_same i i = true) /\ (forall i j, labels_same i j = true -> labels_same j i = true) /\
  (forall i j k, labels_same i j = true -> labels_same j k = true -> labels_same i k = true).
Proof.
  unfold labels_same. split; [|split]; intros; rewrite !andb_true_iff, !same_block_spec, !same_label_spec in *; simpl in *.
  - auto.
  - destruct H as [[[-> ->]|[-> ->]] ->]; auto.
  - destruct H as [H ->], H0 as [H0 ->]. split; [|easy].
    destruct H as [[-> ->]|[-> ->]], H0 as [[-> ->]|[-> ->]]; auto.
Qed.

Lemma sorted_In j k : j < n -> k < n -> j <> k -> In (sorted j k) l.
Proof.
  intros Hj Hk N. unfold sorted, l, pairs. apply in_flat_map.
  destruct (Nat.ltb_spec j k); [exists j | exists k]; (split; [apply in_seq; lia|]); apply in_map, in_seq; lia.
Qed.

Lemma shells_eq i j : i < n -> j < n -> nth i shells O = nth j shells O <-> shell i = shell j.
Proof.
  intros Hi Hj. unfold shells. rewrite !nth_first by easy. rewrite first_same by apply shells_equivalence.
  apply same_shell_spec.
Qed.

Lemma label_of_sorted j k : label (fst (sorted j k)) (snd (sorted j k)) = label j k.
Proof. unfold sorted. destruct (j <? k); simpl; auto. Qed.

Lemma coded_alike j k j' k' : j < n -> k < n -> j' < n -> k' < n ->
  coded n shells labels j k j' k' = alike j k j' k'.
Proof.
  intros Hj Hk Hj' Hk'. unfold coded, alike, alike_of. fold l.
  assert (forall a b, a < n -> b < n -> (nth a shells O =? nth b shells O) = same_shell (shell a) (shell b)) as E.
  { intros a b Ha Hb. destruct (Nat.eqb_spec (nth a shells O) (nth b shells O)) as [F|F]; symmetry.
    - apply same_shell_spec. now apply shells_eq.
    - destruct (same_shell (shell a) (shell b)) eqn:G; [|easy]. apply same_shell_spec in G. exfalso. apply F.
      now apply shells_eq. }
  rewrite !E by easy.
  destruct (same_shell (shell j) (shell j')) eqn:E1; [|easy].
  destruct (same_shell (shell k) (shell k')) eqn:E2; [|easy].
  apply same_shell_spec in E1, E2.
  destruct (Nat.eqb_spec j k) as [|N]; [easy|]. destruct (Nat.eqb_spec j' k') as [|N']; [easy|].
  destruct (position_of_spec _ _ (sorted_In j k Hj Hk N)) as [P L].
  destruct (position_of_spec _ _ (sorted_In j' k' Hj' Hk' N')) as [P' L'].
  unfold labels. rewrite !nth_first by easy.
  assert (labels_same (position_of (sorted j k) l) (position_of (sorted j' k') l) = true <->
          same_label (label j k) (label j' k') = true) as G.
  { unfold labels_same. rewrite P, P', andb_true_iff, !label_of_sorted, same_block_spec, P, P'. simpl.
    split; [easy|]. intros H. split; [|easy].
    rewrite <- (shells_eq j j') in E1 by easy. rewrite <- (shells_eq k k') in E2 by easy.
    unfold sorted. destruct (j <? k), (j' <? k'); simpl; auto. }
  destruct labels_equivalence as (R1 & R2 & R3). rewrite <- (first_same _ R1 R2 R3) in G.
  destruct (Nat.eqb_spec (first labels_same (position_of (sorted j k) l)) (first labels_same (position_of (sorted j' k') l)))
    as [F|F]; symmetry.
  - now apply G.
  - destruct (same_label (label j k) (label j' k')) eqn:H; [|easy]. exfalso. now apply F, G.
Qed.

Theorem every_pattern nu : all_decided n nu = true -> no_gap alike n nu.
Proof.
  unfold all_decided. rewrite forallb_forall. intros H.
  apply (no_gap_same (coded n shells labels)); [apply coded_alike|]. apply decided_no_gap.
  apply (H (shells, labels)). unfold every_coded. apply in_flat_map. exists shells. split.
  - apply codes_In; auto; apply shells_equivalence.
  - apply in_map. apply codes_In; [apply labels_equivalence..|]. intros q i _ E. unfold labels_same in E.
    now apply andb_true_iff in E.
Qed.
End Every.

(** The theorems. *)
Definition never_lost (n nu : nat) : Prop :=
  forall (A B : Type) (same_shell : A -> A -> bool) (same_label : B -> B -> bool),
    (forall a b, same_shell a b = true <-> a = b) -> (forall a b, same_label a b = true <-> a = b) ->
    forall (shell : nat -> A) (label : nat -> nat -> B), (forall j k, label j k = label k j) ->
      no_gap (alike_of A B same_shell same_label shell label) n nu.

Lemma all_decided_never_lost n nu : all_decided n nu = true -> never_lost n nu.
Proof. intros H A B sA sB HA HB shell label S. now apply every_pattern. Qed.

Theorem no_gap_2 : forall n, n <= 3 -> never_lost n 2.
Proof.
  intros n H. apply all_decided_never_lost.
  do 4 (destruct n as [|n]; [vm_compute; reflexivity|]). lia.
Qed.

Theorem no_gap_3 : forall n, n <= 4 -> never_lost n 3.
Proof.
  intros n H. apply all_decided_never_lost.
  do 4 (destruct n as [|n]; [vm_compute; reflexivity|]).
  destruct n as [|n]; [vm_cast_no_check (eq_refl true)|]. lia.
Qed.

(** One neighbour more is enough at nu = 2: some pattern of four is not decided so. *)
Lemma a_gap_at_2 : all_decided 4 2 = false.
Proof. vm_compute. reflexivity. Qed.

Print Assumptions no_gap_2.
Print Assumptions no_gap_3.
