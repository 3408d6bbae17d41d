#!/bin/sh
# Draws the three faces with ImageMagick 6 and encodes them with OpenJPEG, beside this file.
# SIMULATION: nobody's face. Coordinates are twice those of the image.
set -e
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

draw() {
    convert -size 756x944 xc:'gray(238)' -draw "$2" -resize 378x472 -colorspace Gray -depth 8 \
        "$work/$1.pgm"
    opj_compress -i "$work/$1.pgm" -o "face-$1.jp2" -r 80 -n 6
}

draw adult "
fill gray(70) path 'M 40,944 C 50,800 180,740 300,720 L 456,720 C 576,740 706,800 716,944 Z'
fill gray(225) path 'M 300,722 L 378,820 L 456,722 L 430,700 L 326,700 Z'
fill gray(190) path 'M 308,600 L 308,730 C 330,775 426,775 448,730 L 448,600 Z'
fill gray(205) ellipse 196,420 30,52 0,360
fill gray(205) ellipse 560,420 30,52 0,360
fill gray(214) path 'M 206,330 C 206,170 550,170 550,330 L 548,460 C 540,580 450,668 378,668 C
    306,668 216,580 208,460 Z'
fill gray(45) path 'M 190,400 C 160,200 250,90 390,92 C 530,94 600,200 566,400 L 546,372 C
    544,320 530,290 500,262 C 430,300 330,300 262,250 C 226,290 214,330 210,372 Z'
fill gray(55) path 'M 262,378 C 290,358 330,360 346,372 L 344,384 C 326,374 292,374 264,390 Z'
fill gray(55) path 'M 494,378 C 466,358 426,360 410,372 L 412,384 C 430,374 464,374 492,390 Z'
fill gray(250) ellipse 304,424 32,17 0,360
fill gray(250) ellipse 452,424 32,17 0,360
fill gray(40) ellipse 304,424 15,16 0,360
fill gray(40) ellipse 452,424 15,16 0,360
fill none stroke gray(60) stroke-width 6 path 'M 270,420 C 286,402 322,402 338,420'
path 'M 418,420 C 434,402 470,402 486,420'
stroke gray(165) stroke-width 7 path 'M 386,430 C 384,470 400,500 396,512 C 388,522 368,522
    360,514'
stroke gray(110) stroke-width 9 path 'M 326,578 C 350,594 406,594 430,578'
stroke gray(185) stroke-width 6 path 'M 352,618 C 368,624 388,624 404,618'
"

draw child "
fill gray(140) path 'M 110,944 C 120,840 210,790 310,772 L 446,772 C 546,790 636,840 646,944 Z'
fill gray(120) path 'M 304,770 C 320,830 436,830 452,770 L 436,762 L 320,762 Z'
fill gray(188) path 'M 322,680 L 322,776 C 340,810 416,810 434,776 L 434,680 Z'
fill gray(202) ellipse 166,500 32,48 0,360
fill gray(202) ellipse 590,500 32,48 0,360
fill gray(210) path 'M 172,420 C 172,240 584,240 584,420 L 584,520 C 578,640 480,722 378,722 C
    276,722 178,640 172,520 Z'
fill gray(50) path 'M 158,480 C 130,270 230,160 380,160 C 530,160 628,270 598,480 L 578,440 C
    572,410 560,390 540,372 L 500,400 L 470,366 L 420,404 L 384,366 L 340,404 L 300,366 L
    256,400 L 222,370 C 196,392 184,412 178,440 Z'
fill gray(192) ellipse 244,586 36,20 0,360
fill gray(192) ellipse 512,586 36,20 0,360
fill gray(252) ellipse 290,516 38,30 0,360
fill gray(252) ellipse 466,516 38,30 0,360
fill gray(35) ellipse 290,518 24,28 0,360
fill gray(35) ellipse 466,518 24,28 0,360
fill gray(250) ellipse 298,508 7,8 0,360
fill gray(250) ellipse 474,508 7,8 0,360
fill none stroke gray(65) stroke-width 8 path 'M 252,462 C 272,450 306,450 324,460'
path 'M 504,462 C 484,450 450,450 432,460'
stroke gray(170) stroke-width 8 path 'M 364,580 C 372,588 386,588 394,580'
stroke gray(105) stroke-width 9 path 'M 328,634 C 350,660 406,660 428,634'
"

draw elder "
fill gray(110) path 'M 40,944 C 50,810 180,750 296,728 L 460,728 C 576,750 706,810 716,944 Z'
fill gray(235) path 'M 296,730 L 378,810 L 460,730 L 434,708 L 322,708 Z'
fill gray(85) path 'M 280,734 L 378,850 L 476,734 L 520,748 L 392,944 L 364,944 L 236,748 Z'
fill gray(235) path 'M 310,740 L 378,822 L 446,740 Z'
fill gray(192) path 'M 312,620 L 312,742 C 334,782 422,782 444,742 L 444,620 Z'
fill gray(203) ellipse 194,436 32,58 0,360
fill gray(203) ellipse 562,436 32,58 0,360
fill gray(212) path 'M 206,340 C 206,150 550,150 550,340 L 548,480 C 538,600 450,686 378,686 C
    306,686 218,600 208,480 Z'
fill gray(165) path 'M 188,430 C 152,330 166,220 250,160 C 300,106 456,106 506,160 C 590,220
    604,330 568,430 L 550,400 C 552,340 540,280 500,236 C 440,196 316,196 256,236 C 216,280
    204,340 206,400 Z'
fill gray(150) path 'M 258,382 C 286,358 330,362 348,378 L 344,392 C 326,378 290,378 262,396 Z'
fill gray(150) path 'M 498,382 C 470,358 426,362 408,378 L 412,392 C 430,378 466,378 494,396 Z'
fill gray(250) ellipse 304,436 30,14 0,360
fill gray(250) ellipse 452,436 30,14 0,360
fill gray(55) ellipse 304,436 13,13 0,360
fill gray(55) ellipse 452,436 13,13 0,360
fill none stroke gray(90) stroke-width 6 path 'M 272,434 C 288,418 320,418 338,434'
path 'M 418,434 C 436,418 468,418 484,434'
stroke gray(180) stroke-width 5 path 'M 278,464 C 294,474 318,474 332,464'
path 'M 424,464 C 438,474 462,474 478,464'
path 'M 320,290 C 350,280 406,280 436,290'
path 'M 310,318 C 346,308 410,308 446,318'
path 'M 322,536 C 306,556 298,574 296,596'
path 'M 434,536 C 450,556 458,574 460,596'
stroke gray(165) stroke-width 7 path 'M 388,440 C 386,486 404,512 398,526 C 390,536 366,536
    358,528'
stroke gray(120) stroke-width 8 path 'M 330,602 C 354,614 402,614 426,602'
"
