"""Every limit of the checker, in one place: what is beyond one of them is refused in one line.

Law: a limit never decides a claim; it only makes the checker say no sooner. All of them are counted (characters, bits,
parts, operations), none is measured in seconds, so that the same file gets the same answer on every machine.
"""

MAX_FILE = 2**25  # bytes of a certificate file: refused before it is parsed
MAX_NESTING = 250  # lists and objects within each other
MAX_RECURSION = 3000  # of Python, while JSON is read
MAX_PARTS = 2**22  # values in a file, and in a certificate; shared ones counted as often as they occur
MAX_DIGITS = 20_000  # of a numerator or denominator
MAX_TEXT = 1000  # characters of a name or label
MAX_LABELS = 32
MAX_SPECIES = 24  # characters of a species

MAX_FIELD_DEGREE = 12  # of a field over QQ
MAX_FIELD_BITS = 256  # of the coefficients of its polynomial, and of the ends of the interval of its root
MAX_FIELD_VALUES = 512  # integers on each side at which its polynomial is looked at
MAX_FIELD_FACTOR = 100  # up to which factors of its values are looked for
MAX_PRIME_BITS = 78  # the least number that the twelve bases take for a prime and is none is 318665857834031151167461
MAX_ROOT_BITS = 2**17  # to which its root is enclosed

MAX_NU = 8  # order
MAX_DEGREE = 1000  # l_max, and exponents of a polynomial feature
MAX_NEIGHBOURS = 256
MAX_TUPLE_INVARIANTS = 2**22  # n^max(nu, 2) tuples times the invariants of each
MAX_ATLAS = 5  # neighbours of an atlas, and its order
MAX_ATLAS_TUPLES = 2**21  # tuples, and renumberings times neighbours, of all its patterns together
MAX_EXCLUSION_BITS = 2**10  # of the coefficients of polynomials that exclude one of them
MAX_ANGULAR_ROWS = 2**23  # 3 n^2 (l + 1) rows of D_{2,l}, for l = 0, 1, ... together
MAX_LAYERS = 20  # of networks
MAX_MESSAGES = 2**20  # that nodes receive, in all layers together
MAX_FOLLOWED = 2**20  # messages on the walks of networks, times null vectors, times degree^2
MAX_GENERATORS = 1000
MAX_IMAGES = 2**20  # periodic images of atoms that are tried as neighbours, of all pairs together
MAX_SEARCH = 2**28  # 4 n^3 looks at images for each environment of a molecule into which another may be mapped
MAX_CLUSTER = 2**29  # symmetries of a whole cluster times the cube of the displacements
MAX_JETS = 2**28  # products of derivatives for second order, each counted once for every 64 bits begun
MAX_SCALE_BITS = 2**14  # of the common denominator of the positions, and of the metric
MAX_ENVIRONMENT = 2**31  # bits of the largest dot product, scaled to an integer, times displacements^2 degree^3
MAX_NUMBER_BITS = 2**17  # of an integer that elimination, or a power, may make

MAX_FAMILY_PARAMETERS = 32  # of a family of environments
MAX_FAMILY_BITS = 256  # of the coefficients of its polynomials, and of the point at which it is looked at
MAX_FAMILY_EXPONENT = 64  # of each parameter
MAX_FAMILY_PRODUCTS = 2**20  # products, and sums, of terms of its polynomials, or those of an atlas

MAX_PATH_DEGREE = 256  # of minors of the Jacobian along a path
MAX_PATH = 2**27  # bits of the Jacobian's entries, times the cube of its rank, times that degree
MAX_HALVINGS = 64  # of the interval on which a polynomial is seen to be positive

MAX_TREE = 200  # depth of an expression tree
MAX_EXPONENT = 10_000  # numerator and denominator of a power
MAX_PARAMETERS = 8  # upper, and lower, parameters of a hypergeometric series
MAX_PARAMETER = 1000  # numerator and denominator of each
MAX_MATRIX = 64  # side of a constant matrix
MAX_BITS = 2**16  # of interval arithmetic
MAX_RADIUS_BITS = 2**12  # of the integers of a radius
MAX_SERIES = 20_000  # terms of a hypergeometric series
MAX_ARGUMENT_BITS = 512  # exp, sin, cos, tanh, erf and series are evaluated at |x| < 2^512 only
MAX_MAGNITUDE_BITS = 600  # a value beyond 2^(2^600), or below its inverse, is refused
MAX_WORK = 2**24  # interval operations for one certificate, each counted once for every 4096 bits begun
MAX_FORMAL = 2**20  # operations on the coefficients of normal forms, each counted once for every 64 bits begun
MAX_NESTED = 50  # functions of each other in a normal form
MAX_ROOT = 1000  # a number under a root is divided by the primes below
MAX_PRODUCTS = 2**27  # products of integers for the singular values, each counted once for every 512 bits begun
MAX_JACOBIAN = 2**30  # bits of all its entries together
MAX_STRUCTURES = 128  # side by side

MAX_CURVE_DEGREE = 256  # of the polynomials that a family is made of
MAX_CURVE_BITS = 2**12  # of their coefficients, numerator and denominator together
MAX_CURVE_WORK = 2**27  # operations with coefficients of polynomials, times the square of the field's degree
MAX_POINTS = 1000  # points, polynomials and minors of each kind
