/*
 * Normal distribution, from one function: u(z) = exp(z^2 / 2) (1 - Phi(z)) for z >= 0, smooth and
 * never small, so that tails and their logarithms keep full relative precision.
 */
#include "base/portable_math.h"

#include "base/portable_math_internal.h"

#define LN2 0x1.62e42fefa39efp-1
#define HALF_LOG_2PI 0x1.d67f1c864beb5p-1
#define INV_SQRT_2PI 0x1.9884533d43651p-2
#define SQRT_2PI 0x1.40d931ff62706p+1
#define SQRT_2 0x1.6a09e667f3bcdp+0

/* u on pieces of width 1/4 of [0, 8): powers of z minus the middle of the piece; least squares at
 * Chebyshev points with 400-bit arithmetic, relative error 2^-53.6 (mostly of the first term) */
static const double u_pieces[32][12] = {
    { 0x1.d0af2b9f3f96ep-2, -0x1.5e6e6dc95b723p-2, 0x1.a4e15de61453cp-3, -0x1.b02b1fe3f80bdp-4,
        0x1.89deabe6dff9p-5, -0x1.460a90ebb2b9ap-6, 0x1.f1fd5d97f583ap-8, -0x1.62d54c8eb647dp-9,
        0x1.dbc6b7a42cbcfp-11, -0x1.2e370739f0bcap-12, 0x1.751e278adcd1p-14,
        -0x1.9f517ad96fbdfp-16 },
    { 0x1.84b705ec74443p-2, -0x1.06bfb10497cb7p-2, 0x1.222f238abb73p-3, -0x1.15c9232371356p-4,
        0x1.dc32d9e6f9dbp-6, -0x1.7506fdec906fcp-7, 0x1.0ed65ef8ed07fp-8, -0x1.7047d10691ecap-10,
        0x1.d893d70231c15p-12, -0x1.1fe42712bce12p-13, 0x1.57e71329fcad4p-15,
        -0x1.930bec5fd4941p-17 },
    { 0x1.4b1de1265fdfap-2, -0x1.93234d0a8ef29p-3, 0x1.9a45b22625dfcp-4, -0x1.6e920728d960ep-5,
        0x1.27b80fec59ebcp-6, -0x1.b6a736b1fd552p-8, 0x1.2ee7dc4b3410cp-9, -0x1.89232635f88bdp-11,
        0x1.e32aac6ae84b1p-13, -0x1.1a58b73f15ac3p-14, 0x1.153b708dbc594p-16,
        -0x1.5e857cc76ebcdp-18 },
    { 0x1.1e7c2d26d017dp-2, -0x1.3baf57769aa07p-3, 0x1.28beedc5d879fp-4, -0x1.ef9f7e801f2d4p-6,
        0x1.78a814383dd49p-7, -0x1.08ab2aee984e9p-8, 0x1.5bd1823a0b032p-10, -0x1.af0c24438947ap-12,
        0x1.fb619c340b958p-14, -0x1.1c97546fdf2eap-15, 0x1.eb5fac7373f57p-18,
        -0x1.321c42a4c0c7dp-19 },
    { 0x1.f6704da1278cep-3, -0x1.f7949e4a74974p-4, 0x1.b659692e8b512p-5, -0x1.56adc42b07ad6p-6,
        0x1.eb2f55b39c541p-8, -0x1.4740b9b897175p-9, 0x1.99791ca49ad8ap-11, -0x1.e4c5f62efc6e9p-13,
        0x1.1160b3f50bb7dp-14, -0x1.266d03488c3e7p-16, 0x1.aa64b6bd964e2p-19,
        -0x1.13c348045d197p-20 },
    { 0x1.bdb9f2a73a6d4p-3, -0x1.9851f1a92ce7cp-4, 0x1.4a033905d6b44p-5, -0x1.e3d49be31836bp-7,
        0x1.476446e41514cp-8, -0x1.9dff7840baa26p-10, 0x1.ed8bbab647a4fp-12, -0x1.173f51533e72p-13,
        0x1.2de306656ef6p-15, -0x1.3810588f4f469p-17, 0x1.7e2b4036c448dp-20,
        -0x1.4919582d4e701p-21 },
    { 0x1.8f6846b88149ep-3, -0x1.4ffe671d69641p-4, 0x1.f9a64bc26eac2p-6, -0x1.5c3240e675eaep-7,
        0x1.bd7aee0def0dap-9, -0x1.0b8d4d2020c2dp-10, 0x1.30202bd98a033p-12, -0x1.4924ef7864437p-14,
        0x1.54ca2fa26465p-16, -0x1.53a000fe86c03p-18, 0x1.510e666b96889p-20,
        -0x1.50d5ff591e5cp-24 },
    { 0x1.690b32e7a6754p-3, -0x1.18274e105d5c9p-4, 0x1.899966e13aa9p-6, -0x1.fe2774798696ep-8,
        0x1.34edd09c77cbfp-9, -0x1.60da67eff5917p-11, 0x1.7ebe1283cf94ap-13, -0x1.8c700db6820efp-15,
        0x1.8b880ddad6e7cp-17, -0x1.794e9fae1a403p-19, -0x1.1e75940c5f82p-21,
        -0x1.f5341cc769acfp-26 },
    { 0x1.48de38232294ap-3, -0x1.d8c1bcbf7538dp-5, 0x1.36dd2f75b1fe5p-6, -0x1.7be74631176efp-8,
        0x1.b429489d41de2p-10, -0x1.da377eae28a16p-12, 0x1.eb4ac0e57c052p-14,
        -0x1.e75b799ffbc7dp-16, 0x1.ce4e115c4ca1dp-18, -0x1.ac33ca58502a8p-20,
        0x1.43d7942529446p-20, -0x1.2eaf16e769e4ap-26 },
    { 0x1.2d938a7609c28p-3, -0x1.9328f688be707p-5, 0x1.f199c0a6c5fcep-7, -0x1.1f39cb0f43f52p-8,
        0x1.390a3f03bc763p-10, -0x1.4458ab9049d66p-12, 0x1.4139cb315fbdap-14,
        -0x1.316ab0a189484p-16, 0x1.16f9ab6646ca4p-18, -0x1.ebe8f8af95816p-21,
        0x1.fc704f618d799p-22, -0x1.7dc8e4117a992p-23 },
    { 0x1.1630f97c8369ep-3, -0x1.5b205e4eb7508p-5, 0x1.931ddcc6d997dp-7, -0x1.b86ec796850f5p-9,
        0x1.c854a720ee0aep-11, -0x1.c3171f97d2dddp-13, 0x1.ab79d2db1c1p-15, -0x1.85da4ee38af9bp-17,
        0x1.5512b45fd48e4p-19, -0x1.24d0ae688acccp-21, 0x1.08a6fe4c693c4p-21,
        -0x1.dafd1a945ffd2p-27 },
    { 0x1.01f8383f7c1ddp-3, -0x1.2d7c131007d15p-5, 0x1.4a38545fb4e85p-7, -0x1.5613223bf6fc7p-9,
        0x1.516a4efda5e43p-11, -0x1.3e95848a3d8adp-13, 0x1.212852b5a038ep-15,
        -0x1.fa4d223563b27p-18, 0x1.a6dfdd921bb7cp-20, -0x1.636c5a6711cb8p-22,
        0x1.3739be9b7d14bp-21, 0x1.c4cef2f489015p-25 },
    { 0x1.e0ad19879ee09p-4, -0x1.07e8ba5a7a2cap-5, 0x1.1145d96900b8cp-7, -0x1.0ce0d80261ccap-9,
        0x1.f9b185152de15p-12, -0x1.c89666201d222p-14, 0x1.8d4c01a3dc479p-16,
        -0x1.4e2e5fe4c29fep-18, 0x1.0b4b5fc2a80cbp-20, -0x1.ab0213674c5d6p-23,
        0x1.03cf935fad7d7p-21, -0x1.bebd16f25098cp-25 },
    { 0x1.c1b2d075ab928p-4, -0x1.d157359faa169p-6, 0x1.c889d9b7a212fp-8, -0x1.ab64ca43e1f6p-10,
        0x1.7fb33c15c857fp-12, -0x1.4bab64c3164eep-14, 0x1.14f2ee4bfaf23p-16,
        -0x1.bffbc8b192977p-19, 0x1.559eaad2d06e8p-21, -0x1.13a4e8caa5cd9p-23,
        0x1.f276a80543e09p-22, 0x1.18db57830ad32p-24 },
    { 0x1.a64c9ca8e3dcdp-4, -0x1.9cee54434e4e6p-6, 0x1.80a5025f2977p-8, -0x1.572ee09b0ddbap-10,
        0x1.268a1b1765a28p-12, -0x1.e80aff56e7df9p-15, 0x1.87744fc7eaa07p-17,
        -0x1.30ae8eb1648a8p-19, 0x1.b00df7763c205p-22, -0x1.5cfc21a59d6d5p-24,
        0x1.5ba2349ee378cp-21, 0x1.68534d8a4dd69p-25 },
    { 0x1.8dea017d68d0dp-4, -0x1.709a1cbc5dac5p-6, 0x1.46a5ad376eaf8p-8, -0x1.163344f8d921p-10,
        0x1.c9201386d5f81p-13, -0x1.6b64b10b3a8bep-15, 0x1.183915745a9a1p-17,
        -0x1.a430ead9f4d52p-20, 0x1.4aca8190705ddp-22, -0x1.ae24fb9123c59p-25,
        -0x1.121c43df8089fp-21, -0x1.49a06970cf9c3p-26 },
    { 0x1.78167be545a31p-4, -0x1.4ad2378d394e2p-6, 0x1.176d94dd13ec7p-8, -0x1.c70ceb0d2be05p-11,
        0x1.66575d64681d9p-13, -0x1.11a2a2c727627p-15, 0x1.96277cf9a41e6p-18,
        -0x1.2584903321b99p-20, 0x1.a832cea2d71aep-23, -0x1.312b5acbd596bp-25,
        -0x1.ca86fc0bdf0f5p-24, 0x1.adb4ee28e6e1bp-25 },
    { 0x1.64733899b5f9ep-4, -0x1.2a64d55245bb9p-6, 0x1.e14ef47b9d12dp-9, -0x1.773c51473133fp-11,
        0x1.1b93ee2f2407p-13, -0x1.a07684185004ep-16, 0x1.29be238ce4e72p-18, -0x1.9f277c073e513p-21,
        0x1.040097f9e0f82p-23, -0x1.9a98c58269813p-26, 0x1.0c62fb1d57172p-22,
        0x1.6ae5f7b0528b3p-25 },
    { 0x1.52b2606bb4b6ep-4, -0x1.0e613c0ba7198p-6, 0x1.a11f2fe3b6eep-9, -0x1.37ccd92ab18f4p-11,
        0x1.c4d2a686a9698p-14, -0x1.4013a01d0653ap-16, 0x1.b93c12c640716p-19,
        -0x1.290be76675866p-21, 0x1.a4c3a4a8a3a56p-24, -0x1.012c223ce9cedp-26,
        -0x1.53b07c75180bap-23, 0x1.99df9acbe3aa8p-28 },
    { 0x1.42938a456b3f9p-4, -0x1.ec10571515f24p-7, 0x1.6b9953491d8e7p-9, -0x1.04f2886a889dfp-11,
        0x1.6c8de84df1b8dp-14, -0x1.f09a580194cddp-17, 0x1.4a53252b5b96cp-19,
        -0x1.adcb74bf798d7p-22, 0x1.1cfc453e2529cp-24, -0x1.2dbe8e2557796p-27,
        -0x1.fdea0660a499bp-25, -0x1.b62d9c6d8b745p-26 },
    { 0x1.33e1040c166bap-4, -0x1.c180c1b8d563cp-7, 0x1.3ea87f1ade5cap-9, -0x1.b7b3f3ef2b615p-12,
        0x1.27c9b62c2cf3cp-14, -0x1.84a33f6683d55p-17, 0x1.f373d71b631adp-20,
        -0x1.3a25bdc6597e3p-22, 0x1.e042b12da24b2p-26, -0x1.fb67d0b8642f3p-28,
        0x1.adb205b94c1d1p-22, 0x1.9bf8e18176f73p-27 },
    { 0x1.266dba753c377p-4, -0x1.9c1c15f74f50cp-7, 0x1.18adbb3130ba2p-9, -0x1.74c6c48d075c8p-12,
        0x1.e382f17c71722p-15, -0x1.32ab71d2a2926p-17, 0x1.7cf9dc9c17cd7p-20,
        -0x1.cfe7843902f6fp-23, 0x1.67523b857280fp-26, -0x1.ba1cc9184c357p-29,
        0x1.1c412ce0dc2c1p-22, -0x1.1add190c5db51p-25 },
    { 0x1.1a1397a9fec96p-4, -0x1.7b18bec6a33b7p-7, 0x1.f0c630ca7ef1p-10, -0x1.3de42fad5f44ep-12,
        0x1.8dea6e390bcc6p-15, -0x1.e7c48497ceca9p-18, 0x1.2511dcce73dbdp-20, -0x1.59a815ff150fp-23,
        0x1.dd813fe19d8ebp-26, -0x1.be3c50db13f8ap-29, -0x1.be957333b30e8p-24,
        -0x1.b6cfdccc4cd6p-30 },
    { 0x1.0eb23b967175fp-4, -0x1.5dd1770997f99p-7, 0x1.b98d056cbe96p-10, -0x1.10944b3d44383p-12,
        0x1.4999b6c44cef6p-15, -0x1.86c53aec6b1d9p-18, 0x1.c6c8d02aadbfap-21,
        -0x1.03dfe9eb623c5p-23, 0x1.f64062ef8223fp-28, -0x1.46d35110055c5p-29,
        0x1.e4fde3509bc27p-23, 0x1.3d24d644db07dp-31 },
    { 0x1.042df8887cb8dp-4, -0x1.43bdd5888d40ap-7, 0x1.8a14217e16cfbp-10, -0x1.d5de530096bf2p-13,
        0x1.12af4ec829017p-15, -0x1.3b3f3b136eed8p-18, 0x1.639061843c184p-21,
        -0x1.8a0c0363e9276p-24, -0x1.3d9b4084282fap-31, -0x1.226d29df3bc19p-29,
        0x1.47547ec9a58c3p-22, 0x1.4170acdc913dfp-27 },
    { 0x1.f4de089ab1ccp-5, -0x1.2c6c8c3fb6cfp-7, 0x1.6110915267b51p-10, -0x1.96f209810f9fep-13,
        0x1.cc7b1bc54fd82p-16, -0x1.ffff287cabd33p-19, 0x1.17ed2d69c113p-21, -0x1.2d3ccaecc2219p-24,
        0x1.040ecbad4e446p-27, -0x1.6f0ee52d0b1fep-31, 0x1.593aece5f5686p-25,
        -0x1.9615ca7ff64ffp-27 },
    { 0x1.e2c1a3f78ab73p-5, -0x1.177eee8890aa5p-7, 0x1.3d768e55b3daap-10, -0x1.62100e221a787p-13,
        0x1.84142960f8881p-16, -0x1.a25e2af647db6p-19, 0x1.bc06a70329274p-22,
        -0x1.cfcf28fe59301p-25, 0x1.ecee1ee32f0f4p-31, -0x1.ddec5787e85f5p-30,
        0x1.2eeeac5ccc61dp-23, 0x1.3e510f67c5639p-26 },
    { 0x1.d1e317038a1d6p-5, -0x1.04a56ec716788p-7, 0x1.1e6c09d5bc8cep-10, -0x1.3561dc4906ebp-13,
        0x1.48bf06ce16372p-16, -0x1.57e2745abada3p-19, 0x1.629578540a939p-22,
        -0x1.67d0b07e60bb6p-25, -0x1.288119766d46ap-27, -0x1.50ffa7f013e0fp-30,
        0x1.5ad00629e2299p-22, 0x1.adcf591f23883p-27 },
    { 0x1.c223485f4c98bp-5, -0x1.e739b218cb447p-8, 0x1.033e5c1374ed2p-10, -0x1.0f7140ebd5822p-13,
        0x1.17d7e58253dbcp-16, -0x1.1c3faf9d7b55cp-19, 0x1.1c6de61403775p-22,
        -0x1.1938cd2d50e4dp-25, 0x1.14141e5d5efb3p-26, 0x1.52f2a2c6261afp-33,
        -0x1.2ddd7b252540ep-22, -0x1.d7f3f4cfd8978p-27 },
    { 0x1.b366fe1ee9f86p-5, -0x1.c8583e30ed03p-8, 0x1.d6b49939f522dp-11, -0x1.de25694b0753p-14,
        0x1.dea1c078b2e53p-17, -0x1.d86a19d0cd7b2p-20, 0x1.cc4b65895d40ep-23,
        -0x1.b9fa0f39470b1p-26, -0x1.8d877b4ca6b98p-28, -0x1.9b016fd69bbffp-31,
        0x1.b9c458a880a05p-23, 0x1.22034ac49d01cp-27 },
    { 0x1.a5964a0dbfe4fp-5, -0x1.ac452a0a1fb58p-8, 0x1.ac8bbf8332d49p-11, -0x1.a6a9f56c14c3ap-14,
        0x1.9b1c1a71a984dp-17, -0x1.8a8f0ca3987acp-20, 0x1.75b0a22992c48p-23,
        -0x1.5dfb92a6dffa9p-26, 0x1.b1f9ca01bb35ap-28, 0x1.93240cfdd7d02p-32,
        -0x1.8be8f411d7b71p-24, -0x1.d90f6b0840c08p-27 },
    { 0x1.989c0f4b8bb95p-5, -0x1.92ad0bb976a89p-8, 0x1.8736f81f58287p-11, -0x1.76e94a373760fp-14,
        0x1.629532e7b6f1p-17, -0x1.4b1f192e88886p-20, 0x1.312d7d3be4361p-23, -0x1.165a15914bff3p-26,
        0x1.4c3fab5df59a4p-27, -0x1.fbc3e49a5bc87p-32, -0x1.87fc0875bef7fp-23,
        0x1.808cce875ed97p-28 },
};

static double
u_of_piece(const double *c, double t)
{
    const double t2 = t * t;
    const double high = (c[6] + t * c[7]) + t2 * ((c[8] + t * c[9]) + t2 * (c[10] + t * c[11]));
    const double low = (c[2] + t * c[3]) + t2 * ((c[4] + t * c[5]) + t2 * high);

    return c[0] + (t * c[1] + t2 * low);
}

/* z u(z) sqrt(2 pi) as a function of w = 1 / z^2 <= 1/64; relative error 2^-63 */
static double
u_of_tail(double w)
{
    static const double c[13] = { 0x1p+0, -0x1.ffffffffffff5p-1, 0x1.7ffffffffd161p+1,
        -0x1.dffffffba4668p+3, 0x1.a3fffe5a3b1bp+6, -0x1.d87fa1d5edb93p+9, 0x1.44d13f2547892p+13,
        -0x1.079bcc31e6cb5p+17, 0x1.e93f3db2d6eecp+20, -0x1.eb93d9b7c19fcp+24,
        0x1.dc945e974acf8p+28, -0x1.6b8601637a11fp+32, 0x1.2be00d746facep+35 };
    double sum = c[12];

    for (int i = 11; i >= 0; i--)
        sum = sum * w + c[i];
    return sum;
}

double
twp_math_normal_upper_scaled(double z)
{
    if (z < 8) {
        const int i = (int) (z * 4);
        return u_of_piece(u_pieces[i], z - (0.25 * i + 0.125));
    }
    return INV_SQRT_2PI / z * u_of_tail(1 / (z * z));
}

/* 1 - Phi(z) for z >= 0 */
static double
upper_tail(double z)
{
    if (z > 39)
        return 0;
    const twp_math_sum_t square = product_of(z, z);
    return twp_math_exp_sum(-0.5 * square.hi, -0.5 * square.lo) * twp_math_normal_upper_scaled(z);
}

double
twp_math_normal_cdf(double z)
{
    if (z != z)
        return TWP_MATH_NAN;
    return z <= 0 ? upper_tail(-z) : 1 - upper_tail(z);
}

double
twp_math_erfc(double x)
{
    const double size = twp_math_abs(x);

    if (x != x)
        return TWP_MATH_NAN;
    if (size > 28)
        return x > 0 ? 0 : 2;
    const twp_math_sum_t square = product_of(size, size);
    const double scaled = 2 * twp_math_normal_upper_scaled(SQRT_2 * size);
    const double tail = twp_math_exp_sum(-square.hi, -square.lo) * scaled;
    return x >= 0 ? tail : 2 - tail;
}

/* ---- Quantiles ----------------------------------------------------------------------------- */

/* Rational approximations of Wichura 1988, algorithm AS 241 (Applied Statistics 37:477), about
 * 1e-16 relative: numerator and denominator, lowest power first. */
typedef struct {
    double top[8], bottom[8];
} rational_t;

static const rational_t quantile_centre = {
    { 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
        1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
        3.3430575583588128105e4, 2.5090809287301226727e3 },
    { 1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
        2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
        5.2264952788528545610e3 },
};

static const rational_t quantile_near_tail = {
    { 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
        3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
        2.27238449892691845833e-2, 7.74545014278341407640e-4 },
    { 1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
        1.05075007164441684324e-9 },
};

static const rational_t quantile_far_tail = {
    { 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
        2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
        2.71155556874348757815e-5, 2.01033439929228813265e-7 },
    { 1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
        2.04426310338993978564e-15 },
};

static double
rational(const rational_t *f, double x)
{
    double top = f->top[7], bottom = f->bottom[7];

    for (int i = 6; i >= 0; i--) {
        top = top * x + f->top[i];
        bottom = bottom * x + f->bottom[i];
    }
    return top / bottom;
}

/* z with Phi(z) = 1/2 + from_half, |from_half| <= 0.425 */
static double
centre_quantile(double from_half)
{
    return from_half * rational(&quantile_centre, 0.180625 - from_half * from_half);
}

/* z with 1 - Phi(z) = e^l, l from log 0.075 down to -729 */
static double
tail_quantile(double l)
{
    const double r = twp_math_sqrt(-l);

    return r <= 5 ? rational(&quantile_near_tail, r - 1.6) : rational(&quantile_far_tail, r - 5);
}

double
twp_math_normal_quantile(double p)
{
    if (!(p > 0 && p < 1)) {
        if (p == 0)
            return -TWP_MATH_INF;
        return p == 1 ? TWP_MATH_INF : TWP_MATH_NAN;
    }
    if (twp_math_abs(p - 0.5) <= 0.425)
        return centre_quantile(p - 0.5);
    return p < 0.5 ? -tail_quantile(twp_math_log(p)) : tail_quantile(twp_math_log(1 - p));
}

double
twp_math_normal_quantile_upper(double q)
{
    return 0 - twp_math_normal_quantile(q); /* exact; the middle stays +0 */
}

/* ---- Logarithm of the upper tail ----------------------------------------------------------- */

double
twp_math_normal_log_upper(double z)
{
    if (z != z)
        return TWP_MATH_NAN;
    if (z < 0)
        return twp_math_log1p(-upper_tail(-z));
    if (z > 1e9) /* the last bit of z^2 exceeds what the rest of the square could change */
        return -0.5 * z * z - (twp_math_log(z) + HALF_LOG_2PI);
    const twp_math_sum_t square = product_of(z, z);
    const double log_u = twp_math_log(twp_math_normal_upper_scaled(z));
    return -0.5 * square.hi + (log_u - 0.5 * square.lo);
}

/* l < -600: Newton's method on the nearly parabolic log(1 - Phi); the start is within 1e-4 of a
 * root beyond 34, a step squares the error and divides it by 2 z, so two steps are enough. */
static double
far_upper_from_log(double l)
{
    const double square = -2 * l;
    double z = twp_math_sqrt(square - (2 * HALF_LOG_2PI + twp_math_log(square)));

    for (int i = 0; i < 2; i++)
        z += (twp_math_normal_log_upper(z) - l) * (SQRT_2PI * twp_math_normal_upper_scaled(z));
    return z;
}

double
twp_math_normal_upper_from_log(double l)
{
    if (!(l < 0))
        return l == 0 ? -TWP_MATH_INF : TWP_MATH_NAN;
    if (l >= -LN2)
        return twp_math_normal_quantile(-twp_math_expm1(l));
    if (l > -2.590267165445) /* just above log 0.075 */
        return centre_quantile(0.5 - twp_math_exp(l));
    if (l > -600)
        return tail_quantile(l);
    return l < -1e300 ? twp_math_sqrt(-l) * SQRT_2 : far_upper_from_log(l);
}
