(** Numbers: commutative rings without zero divisors in which equality is computed.  Everything else in this library is
    said of any of them: the integers, and Z[c] with c a root of a polynomial of degree two or three (Fields.v).

    Positions over the rationals are integers in some unit; dot products, classes and null spaces do not ask which. *)

From Coq Require Import ZArith Ring List Bool.
Import ListNotations.

Record domain := {
  carrier :> Type;
  zero : carrier;
  one : carrier;
  add : carrier -> carrier -> carrier;
  mul : carrier -> carrier -> carrier;
  opp : carrier -> carrier;
  equal : carrier -> carrier -> bool;
  laws : ring_theory zero one add mul (fun x y => add x (opp y)) opp (@eq carrier);
  equal_spec : forall x y, equal x y = true <-> x = y;
  one_is_not_zero : one <> zero;
  no_zero_divisors : forall x y, mul x y = zero -> x = zero \/ y = zero
}.

Arguments zero {_}. Arguments one {_}. Arguments add {_}. Arguments mul {_}. Arguments opp {_}. Arguments equal {_}.

(** The integers. *)
Lemma integer_laws : ring_theory 0%Z 1%Z Z.add Z.mul (fun x y => Z.add x (Z.opp y)) Z.opp (@eq Z).
Proof. constructor; intros; ring. Qed.

Definition integers : domain := {|
  carrier := Z; zero := 0%Z; one := 1%Z; add := Z.add; mul := Z.mul; opp := Z.opp; equal := Z.eqb;
  laws := integer_laws; equal_spec := Z.eqb_eq; one_is_not_zero := Z.neq_succ_diag_l 0;
  no_zero_divisors := fun x y e => proj1 (Z.mul_eq_0 x y) e
|}.

Declare Scope number_scope.
Delimit Scope number_scope with number.
Infix "+" := add : number_scope.
Infix "*" := mul : number_scope.
Notation "- x" := (opp x) : number_scope.
Notation "0" := zero : number_scope.
Notation "1" := one : number_scope.
