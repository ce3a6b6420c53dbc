"""Functions of a vector, a file for what a gradient method meets on its way to the minimum, from easy to hopeless.

    quadratics, coupled_quadratics   a bowl, along its axes or across them
    convex                           one minimum and no saddle, but no quadratic
    curved_valleys                   one minimum at the end of a valley that bends
    scaled_valleys                   singular or badly scaled: coordinates that differ by orders of magnitude
    saddles                          a point that attracts and must be left
    few_minima                       some minima at known places of the plane
    wells                            narrow wells in nearly flat land
    many_minima, ripples             many minima: in any dimension, or as waves over the plane
    fits, equations, penalties       sums of squares of More, Garbow & Hillstrom: curves fitted to data, systems of
                                     equations, and what keeps away from borders
    quadratic_deep, noisy_quadratic, reddi    seen through noisy gradients alone

`analytic` is what they share, `residuals` what sums of squares share.
"""
