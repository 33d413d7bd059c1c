(** What a certificate proves of an environment, in one theorem.

      certificate.  If the numbers pass [certified], the columns of V are independent, and a displacement w of the
      neighbours is invisible to every polynomial feature of order nu exactly if D_nu w = 0, exactly if a multiple of it,
      d w, is a combination of the columns of V. *)

From Coq Require Import List Bool Arith.
Import ListNotations.
Require Import Numbers Matrices Environments Features.
Local Open Scope number_scope.

Section Certificate.
Variable K : domain.
Variable X : environment K.
Variable nu : nat.
Variables (V L W : list (list K)) (rows : list nat) (k : nat) (d : K).

(** No polynomial feature of order nu changes to first order along w. *)
Definition unseen (w : list K) : Prop := forall phi, derivative K X nu phi (moved K w) = 0.

Theorem certificate :
  certified K (3 * size K X) k (D K X nu) V rows L W d = true ->
  (forall c, length c = k -> apply K V c = zeros K (3 * size K X) -> c = zeros K k) /\
  forall w, length w = (3 * size K X)%nat ->
    (unseen w <-> apply K (D K X nu) w = zeros K (length (D K X nu))) /\
    (unseen w <-> exists c, length c = k /\ scale K d w = apply K V c).
Proof.
  intros H. destruct (null_space_exact K _ _ _ _ _ _ _ _ H) as [H1 H2]. split; [exact H1|].
  intros w L'. pose proof (theorem_1 K X nu w L') as T. unfold unseen. split; [exact T|]. rewrite T. now apply H2.
Qed.
End Certificate.
